// This file builds the page into web/dist with fixed file names, so that the
// committed output changes only when the page does.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

interface Graph {
  getModuleInfo(id: string): { isEntry: boolean; importers: readonly string[] } | null;
}

/** Whether a module is loaded at the start of the page, and not only when it is first wanted. */
function atStart(id: string, graph: Graph, seen = new Set<string>()): boolean {
  if (seen.has(id)) return false;
  seen.add(id);
  const m = graph.getModuleInfo(id);
  return m !== null && (m.isEntry || m.importers.some((by) => atStart(by, graph, seen)));
}

export default defineConfig({
  plugins: [svelte()],
  base: '/',
  build: {
    outDir: '../dist',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: false,
    assetsInlineLimit: 0,
    rollupOptions: {
      output: {
        entryFileNames: 'app.js',
        chunkFileNames: '[name].js',
        assetFileNames: (a) => (a.names[0] === 'index.css' ? 'app.css' : '[name][extname]'),
        // What is loaded at the start anyway is one file, not one for each set of
        // screens that uses it too: so it is less to load.
        codeSplitting: {
          groups: [{ name: (id, graph) => (atStart(id, graph) ? 'app' : null) }],
        },
      },
    },
  },
});

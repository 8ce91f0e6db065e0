// This file builds the page into web/dist with fixed file names, so that the
// committed output changes only when the page does.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

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
      },
    },
  },
});

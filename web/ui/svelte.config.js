// This file tells Svelte's tools that templates hold TypeScript.
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

export default { compilerOptions: { runes: true }, preprocess: vitePreprocess() };

// This file runs the browser tests: real Chromium against the real msnscope.
// Budgets are times, which belong to a quiet machine: `npm run budgets`.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [process.env.BUDGETS ? 'e2e/budgets.e2e.ts' : 'e2e/**/!(budgets).e2e.ts'],
    environment: 'node',
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
});

// This file runs the browser tests: real Chromium against the real msnscope.
// Budgets are times, which belong to a quiet machine, and the walk through every
// action takes as long as all the others: `npm run long`.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [process.env.LONG ? 'e2e/@(budgets|walk).e2e.ts' : 'e2e/!(budgets|walk).e2e.ts'],
    environment: 'node',
    globalSetup: 'e2e/binaries.ts',
    maxWorkers: process.env.LONG ? 1 : 2,
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});

// This file runs the unit tests of core/, which need no browser.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['core/**/*.test.ts'], environment: 'node' },
});

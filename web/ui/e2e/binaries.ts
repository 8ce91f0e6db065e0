// This file builds the programs that the browser tests start, once for all of
// them: msnscope, and the practice server of chat.ts.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    binaries: string; // the directory in which they are
  }
}

export default function setup(project: TestProject): () => void {
  const dir = mkdtempSync(join(tmpdir(), 'msnscope-e2e-binaries-'));
  // As `make build` does, so that both share what was compiled.
  execFileSync('go', ['build', '-trimpath', '-o', dir + '/', './cmd/msnscope', './web/ui/e2e/chat'], {
    cwd: new URL('../../..', import.meta.url).pathname,
    env: { ...process.env, CGO_ENABLED: '0' },
    stdio: 'inherit',
  });
  project.provide('binaries', dir);
  return () => rmSync(dir, { recursive: true, force: true });
}

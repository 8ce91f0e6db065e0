// This file starts the practice server with alice and bob, and talks to it.
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { inject } from 'vitest';

/** The practice server with alice and bob (e2e/chat). */
export class Chat {
  private said: string[] = [];
  private wake: () => void = () => {};
  private constructor(private readonly child: ChildProcess) {
    let rest = '';
    child.stdout!.on('data', (b: Buffer) => {
      const lines = (rest + b.toString()).split('\n');
      rest = lines.pop()!;
      this.said.push(...lines);
      this.wake();
    });
    child.stderr!.on('data', (b: Buffer) => this.said.push('stderr ' + b.toString()));
  }
  static start(): Chat {
    return new Chat(spawn(join(inject('binaries'), 'chat'), { stdio: ['pipe', 'pipe', 'pipe'] }));
  }
  tell(line: string): void {
    this.child.stdin!.write(line + '\n');
  }
  /** Waits for a line that begins so, and returns the rest of it; each is found once. */
  async hears(begin: string): Promise<string> {
    for (const end = Date.now() + 15_000; ;) {
      const i = this.said.findIndex((l) => l.startsWith(begin));
      if (i >= 0) return this.said.splice(i, 1)[0].slice(begin.length);
      if (Date.now() > end) throw new Error(`no "${begin}" in ${JSON.stringify(this.said)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 500);
        this.wake = () => (clearTimeout(timer), resolve());
      });
    }
  }
  all(begin: string): string[] {
    return this.said.filter((l) => l.startsWith(begin)).map((l) => l.slice(begin.length));
  }
  stop(): void {
    this.child.kill();
  }
}

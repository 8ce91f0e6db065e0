// This file knows how far imports are: what the server says of them, how quick
// they are, and which uploads of before can be gone on with.

import type { Connection } from './protocol';

/** An import as the server tells it. */
export interface Job {
  id: string;
  name: string;
  state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  bytes: number; // read
  size: number;
  packets: number;
  events: number;
  took_ms: number;
  error?: string;
}

/** What an import found; lists are cut. */
export interface ImportReport {
  capture: number;
  already: boolean;
  packets: number;
  events: number;
  connections: Connection[];
  more_connections: number;
  ignored: { connection: Connection; why: string }[];
  more_ignored: number;
  problems: string[];
  more_problems: number;
  gaps: number;
  missing: number;
}

/** Connections that were left out, by the reason. */
export function reasons(r: ImportReport): { why: string; connections: Connection[] }[] {
  const by = new Map<string, Connection[]>();
  for (const i of r.ignored) by.set(i.why, [...(by.get(i.why) ?? []), i.connection]);
  return [...by]
    .map(([why, connections]) => ({ why, connections }))
    .sort((a, b) => b.connections.length - a.connections.length);
}

/** Bytes per second and µs to go, measured over the last seconds. */
export class Speed {
  private samples: { at: number; done: number }[] = [];
  add(done: number, now: number): void {
    this.samples.push({ at: now, done });
    while (this.samples.length > 2 && now - this.samples[0].at > 8000) this.samples.shift();
  }
  rate(): number {
    const [a, b] = [this.samples[0], this.samples[this.samples.length - 1]];
    return a && b && b.at > a.at ? ((b.done - a.done) * 1000) / (b.at - a.at) : 0;
  }
  left(size: number): number | null {
    const rate = this.rate();
    const done = this.samples[this.samples.length - 1]?.done ?? 0;
    return rate > 0 ? ((size - done) / rate) * 1e6 : null;
  }
}

const KEY = 'msnscope-uploads';
const MAX_KNOWN = 20;
type Known = Record<string, string>; // file -> id of its upload

const nameOf = (f: File) => `${f.name}|${f.size}|${f.lastModified}`;

function known(s: Storage | null): Known {
  try {
    const k = JSON.parse(s?.getItem(KEY) ?? '{}') as Known;
    return k && typeof k === 'object' && !Array.isArray(k) ? k : {};
  } catch {
    return {};
  }
}

/** Remembers which upload a file was begun with, so that it can be gone on with; "" forgets. */
export function rememberUpload(s: Storage | null, f: File, id: string): void {
  const k = known(s);
  delete k[nameOf(f)];
  if (id) k[nameOf(f)] = id;
  try {
    s?.setItem(KEY, JSON.stringify(Object.fromEntries(Object.entries(k).slice(-MAX_KNOWN))));
  } catch {
    // full or forbidden: a file begun again is sent anew
  }
}

/** The upload that a file was begun with, if the server still has it. */
export function begunUpload(
  s: Storage | null,
  f: File,
  there: { id: string; size: number }[],
): string | undefined {
  const id = known(s)[nameOf(f)];
  return there.find((u) => u.id === id && u.size === f.size)?.id;
}

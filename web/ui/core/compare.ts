// This file asks where two sessions differ, keeps the rows near those on
// screen, and puts a row into the pieces that are painted.

import { visible } from './bytes';
import type { Asked } from './compareroute';
import { count } from './format';

export type RowKind = 'same' | 'changed' | 'only_a' | 'only_b';
export type Side = 'a' | 'b';

export interface Field {
  name: string;
  part: 'line' | 'header' | 'body' | 'timing';
  state: RowKind | 'ignored';
  a?: string;
  b?: string; // absent where the value is that of a
  pieces?: [RowKind, string][];
}

export interface Place {
  id: number;
  session: number;
  ts: number;
  lat?: number;
}

export interface Row {
  kind: RowKind;
  pair: number;
  skipped: number; // rows left out in front of it
  dir: 0 | 1;
  cmd: string;
  a: Place | null;
  b: Place | null;
  fields: Field[];
  more?: number;
}

export type Counts = Record<RowKind, number>;

export interface Pair {
  role: string;
  a: { connection: number; order: number; server: string } | null;
  b: { connection: number; order: number; server: string } | null;
  counts: Counts;
}

export interface Facet {
  name: string;
  means: string;
  compared: boolean;
}

export interface Answer {
  rev: number;
  stale: boolean;
  events: [number, number];
  more: [boolean, boolean];
  counts: Counts;
  differences: number;
  first: number;
  moved: number;
  coarse: number;
  facets: Facet[];
  pairs: Pair[];
  total: number;
  from: number;
  rows: Row[];
}

/** What is compared unless somebody asks for something else; as the server has it. */
const USUAL = ['account', 'name', 'text'];

/** The query of /api/compare for what the address says. */
export function query(c: Asked, q: string): string {
  const scope = (id: string) => (id.startsWith('c') ? `c/${id.slice(1)}` : `s/${id}`);
  const p = new URLSearchParams({ a: scope(c.a), b: scope(c.b) });
  for (const name of ['align', 'with', 'without', 'qa', 'qb'] as const) if (c[name]) p.set(name, c[name]);
  if (c.only) p.set('only', '1');
  if (q) p.set('q', q);
  return p.toString();
}

/** The other way round. Rows keep their places only roughly, so none is selected. */
export function swapped(c: Asked): Asked {
  return { ...c, a: c.b, b: c.a, qa: c.qb, qb: c.qa, row: -1 };
}

/** Compares a facet, or no more. */
export function toggled(c: Asked, facet: string): Asked {
  const flip = (list: string) => {
    const names = list.split(',').filter(Boolean);
    return (names.includes(facet) ? names.filter((n) => n !== facet) : [...names, facet]).join(',');
  };
  if (USUAL.includes(facet)) return { ...c, without: flip(c.without), row: -1 };
  return { ...c, with: flip(c.with), row: -1 };
}

/** A kind of row as a sign, which is told apart without colours, and in words. */
export const signs: Record<RowKind, [sign: string, words: string]> = {
  same: ['=', 'same'],
  changed: ['≠', 'changed'],
  only_a: ['−', 'only in A'],
  only_b: ['+', 'only in B'],
};

/** "412 same, 3 changed, 2 only in A". */
export function summary(c: Counts): string {
  const kinds: RowKind[] = ['same', 'changed', 'only_a', 'only_b'];
  return kinds
    .filter((k) => c[k] || k === 'same')
    .map((k) => count(c[k], signs[k][1], signs[k][1]))
    .join(', ');
}

/** "list versions, times": what is not compared. */
export function ignored(facets: Facet[]): string {
  return facets
    .filter((f) => !f.compared)
    .map((f) => f.means)
    .join('; ');
}

/** A pair of connections: "NS", "SB2 | SB1". */
export function pairLabel(p: Pair | undefined, many: boolean): string {
  if (!p) return '';
  const name = (c: Pair['a']) => (c ? (p.role || '?') + (many ? c.order : '') : '');
  const [a, b] = [name(p.a), name(p.b)];
  return a === b || !b ? a : !a ? b : `${a}|${b}`;
}

/** A piece of a painted line. */
export interface Seg {
  text: string;
  cls: '' | 'cmd' | 'mark' | 'ign' | 'dim';
}

const SHOWN = 300; // characters of a value in a line

/** One side of a row as a line: what differs is marked, what is ignored is dim. */
export function line(row: Row, side: Side): Seg[] {
  if (!row[side]) return [];
  const out: Seg[] = [];
  const text = row.fields.some((f) => f.part === 'body');
  const put = (text: string, cls: Seg['cls']) => {
    if (text) out.push({ text: visible(text), cls });
  };
  for (const f of row.fields) {
    const value = valueOf(f, side);
    const differs = f.state !== 'same' && f.state !== 'ignored';
    if (value === undefined || f.part === 'timing') continue;
    if (f.part === 'header' && !differs) {
      // A payload of headers only is told by its type.
      if (!text && f.name.toLowerCase() === 'content-type') put(` ${value}`, 'dim');
      continue;
    }
    if (out.length) put(' ', '');
    if (f.part === 'header') put(f.name + ': ', 'dim');
    if (f.part === 'body') put('“', 'dim');
    if (f.name === 'command') put(value, 'cmd');
    else if (f.state === 'ignored') put(value.slice(0, SHOWN), 'ign');
    else if (f.pieces) {
      for (const [kind, text] of f.pieces) {
        if (kind === 'same') put(text, '');
        else if (kind === (side === 'a' ? 'only_a' : 'only_b')) put(text, 'mark');
      }
    } else put(value.slice(0, SHOWN), differs ? 'mark' : '');
    if (f.part === 'body') put('”', 'dim');
  }
  return out;
}

/** A field's value on one side; undefined where that side has none. */
export function valueOf(f: Field, side: Side): string | undefined {
  if (side === 'a') return f.a;
  if (f.b !== undefined) return f.b;
  return f.state === 'same' ? f.a : undefined;
}

/** What a reader hears of a row. */
export function words(row: Row): string {
  const names = row.fields.filter((f) => f.state !== 'same' && f.state !== 'ignored').map((f) => f.name);
  return signs[row.kind][1] + (row.kind === 'changed' && names.length ? ': ' + names.join(', ') : '');
}

export const PAGE = 128; // rows asked for at once
const KEPT = 24; // pages

/** The rows near those on screen. Only the latest need is asked for. */
export class Pages {
  private pages = new Map<number, Row[]>();
  private asking = -1;
  private wanted: number[] = [];
  private failed = false;

  constructor(
    private readonly fetch: (from: number, n: number) => Promise<Row[]>,
    private readonly changed: () => void,
    private readonly wrong: (e: unknown) => void,
  ) {}

  put(from: number, rows: Row[]): void {
    if (from % PAGE === 0) this.pages.set(from / PAGE, rows);
  }

  row(i: number): Row | undefined {
    const p = this.pages.get(Math.floor(i / PAGE));
    return p?.[i % PAGE];
  }

  /** Sees to it that rows first..last get here. */
  need(first: number, last: number): void {
    this.wanted = [];
    for (let p = Math.floor(first / PAGE); p <= Math.floor(last / PAGE); p++) {
      const page = this.pages.get(p);
      if (!page) this.wanted.push(p);
      else {
        this.pages.delete(p); // those used last are at the end
        this.pages.set(p, page);
      }
    }
    void this.next();
  }

  private async next(): Promise<void> {
    if (this.asking >= 0 || this.failed) return;
    const p = this.wanted.shift();
    if (p === undefined) return;
    this.asking = p;
    try {
      this.pages.set(p, await this.fetch(p * PAGE, PAGE));
      for (const old of this.pages.keys()) {
        if (this.pages.size <= KEPT) break;
        this.pages.delete(old);
      }
    } catch (e) {
      this.failed = true;
      this.wrong(e);
    }
    this.asking = -1;
    this.wanted = this.wanted.filter((w) => !this.pages.has(w));
    this.changed();
    void this.next();
  }
}

// This file lays out events over time: which moment is where on the strip, with
// long silences cut out, and the shapes to draw.

import { addTerm, terms } from './filter';
import * as format from './format';

/** What happened from start on, for the width of a cell. Times in Unix µs. */
export type Cell = [
  start: number,
  c2s: number,
  s2c: number,
  errors: number,
  bytesC2S: number,
  bytesS2C: number,
  estimate: number, // events not counted yet, about here
];

export interface Line {
  width: number; // of a cell, µs
  cells: Cell[]; // in order; those without events are left out
}

/** A stretch of time that is drawn to scale. */
export interface Piece {
  from: number; // µs
  to: number;
  x: number; // px
  end: number;
}

const BREAK = 14; // px of a silence that is cut out
const MAX_BREAKS = 24;
const LEAST = 3; // px of a piece
const WIDEST = 12; // px of a bar, however few there are

/** Where moments are: long silences take no more than a break. */
export class Scale {
  readonly pieces: Piece[] = [];

  constructor(
    readonly line: Line,
    readonly width: number, // px
  ) {
    const { cells, width: w } = line;
    if (!cells.length || width <= 0) return;
    // A silence is cut out if it is more than a quarter of what is left to draw.
    let left = cells[cells.length - 1][0] + w - cells[0][0];
    const most = Math.min(MAX_BREAKS, Math.floor(width / (4 * BREAK)));
    const silences: number[] = [];
    const gaps = cells
      .map((c, i) => ({ i, gap: i ? c[0] - cells[i - 1][0] - w : 0 }))
      .sort((a, b) => b.gap - a.gap);
    for (const { i, gap } of gaps) {
      if (gap <= Math.max(left / 4, 20 * w) || silences.length >= most) break;
      silences.push(i);
      left -= gap;
    }
    silences.sort((a, b) => a - b);
    const starts = [0, ...silences];
    const spans = starts.map((s, k) => {
      const last = cells[(starts[k + 1] ?? cells.length) - 1];
      return { from: cells[s][0], to: last[0] + w };
    });
    const all = spans.reduce((n, s) => n + s.to - s.from, 0);
    const room = width - silences.length * BREAK - spans.length * LEAST;
    let x = 0;
    for (const s of spans) {
      const end = x + LEAST + (room * (s.to - s.from)) / all;
      this.pieces.push({ ...s, x, end });
      x = end + BREAK;
    }
  }

  /** The place of a moment, in px; one in a silence is at its nearer end. */
  x(us: number): number {
    let before: Piece | undefined;
    for (const p of this.pieces) {
      if (us < p.from) return before && us - before.to < p.from - us ? before.end : p.x;
      if (us <= p.to) return p.x + ((us - p.from) / (p.to - p.from)) * (p.end - p.x);
      before = p;
    }
    return before?.end ?? 0;
  }

  /** The moment at a place. */
  time(x: number): number {
    let before: Piece | undefined;
    for (const p of this.pieces) {
      if (x < p.x) return before && x - before.end < p.x - x ? before.to : p.from;
      if (x <= p.end) return p.from + ((x - p.x) / (p.end - p.x)) * (p.to - p.from);
      before = p;
    }
    return before?.to ?? 0;
  }

  /** The silences that are cut out: where, and how long. */
  breaks(): { x: number; us: number }[] {
    return this.pieces
      .slice(1)
      .map((p, i) => ({ x: this.pieces[i].end + BREAK / 2, us: p.from - this.pieces[i].to }));
  }
}

/** The line with cells wide enough to be seen as bars of some px. */
export function coarse(line: Line, width: number, px = 3): Line {
  const all = new Scale(line, width).pieces.reduce((n, p) => n + p.to - p.from, 0);
  let w = line.width;
  while (w * width < px * all) w *= 2;
  if (w === line.width) return line;
  const cells: Cell[] = [];
  for (const c of line.cells) {
    const start = Math.floor(c[0] / w) * w;
    const last = cells[cells.length - 1];
    if (last?.[0] === start) for (let k = 1; k < c.length; k++) last[k] += c[k];
    else cells.push([start, c[1], c[2], c[3], c[4], c[5], c[6]]);
  }
  return { width: w, cells };
}

/** What of a cell is drawn: events or bytes, [up, down]. */
export type Measure = 'events' | 'bytes';

const up = (c: Cell, m: Measure) => (m === 'events' ? c[1] : c[4]);
const down = (c: Cell, m: Measure) => (m === 'events' ? c[2] : c[5]);

export interface Shapes {
  up: string;
  down: string;
  guess: string;
  errors: string;
  most: number; // the most in a cell and direction
}

/** The shapes of a line as SVG paths: c2s above the middle, s2c below. Heights are roots, so that little is seen beside much. */
export function shapes(s: Scale, height: number, measure: Measure): Shapes {
  const out: Shapes = { up: '', down: '', guess: '', errors: '', most: 0 };
  const half = height / 2;
  const guess = (c: Cell) => (measure === 'events' ? c[6] / 2 : 0);
  for (const c of s.line.cells)
    out.most = Math.max(out.most, up(c, measure) + guess(c), down(c, measure) + guess(c));
  if (!out.most) return out;
  const tall = (n: number) => (n ? Math.max(1, Math.sqrt(n / out.most) * (half - 3)) : 0);
  const box = (x: number, y: number, w: number, h: number) =>
    `M${x.toFixed(1)} ${y.toFixed(1)}h${w.toFixed(1)}v${h.toFixed(1)}h${(-w).toFixed(1)}z`;
  for (const c of s.line.cells) {
    const x = s.x(c[0]);
    const w = Math.min(WIDEST, Math.max(1, s.x(c[0] + s.line.width) - x));
    const [u, d] = [tall(up(c, measure)), tall(down(c, measure))];
    const g = guess(c);
    if (g) {
      const [gu, gd] = [tall(up(c, measure) + g), tall(down(c, measure) + g)];
      out.guess += box(x, half - gu, w, gu + gd);
    }
    if (u) out.up += box(x, half - u, w, u);
    if (d) out.down += box(x, half, w, d);
    if (c[3]) out.errors += box(x, 0, Math.max(w, 2), 4);
  }
  return out;
}

/** The index of the cell at a moment, or of the nearest before it; -1 if there is none. */
export function cellAt(line: Line, us: number): number {
  let lo = 0;
  let hi = line.cells.length;
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (line.cells[mid][0] <= us) lo = mid + 1;
    else hi = mid;
  }
  return lo - 1;
}

/** A moment as it stands in a filter, in UTC so that it means the same everywhere. */
export function moment(us: number): string {
  us = Math.floor(us);
  return `${format.date(us, 'utc')}T${format.time(us, 'utc', 6)}Z`;
}

/** The filter, of this stretch of time only. */
export function withTime(q: string, from: number, to: number): string {
  const list = terms(q);
  const rest = list === null ? q : list.filter((t) => !/^time[:=]/i.test(t)).join(' ');
  return addTerm(rest, `time:${moment(from)}..${moment(Math.max(from, to))}`);
}

/** A line in words. */
export function inWords(line: Line, zone: format.Zone): string {
  if (!line.cells.length) return 'No events.';
  let sum = [0, 0, 0];
  let top = line.cells[0];
  for (const c of line.cells) {
    sum = [sum[0] + c[1], sum[1] + c[2], sum[2] + c[3]];
    if (c[1] + c[2] > top[1] + top[2]) top = c;
  }
  const end = line.cells[line.cells.length - 1][0] + line.width;
  return (
    `${format.count(sum[0], 'event')} from clients, ${format.num(sum[1])} from servers, ` +
    `${format.count(sum[2], 'error')}, from ${format.dateTime(line.cells[0][0], zone)} to ${format.dateTime(end, zone)}; ` +
    `most at ${format.dateTime(top[0], zone)}: ${format.num(top[1] + top[2])} in ${format.span(line.width)}.`
  );
}

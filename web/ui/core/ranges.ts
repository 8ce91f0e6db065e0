// This file is a set of rows by index, kept as ranges: all rows of ten million
// are one range.

export type Span = [from: number, to: number]; // both in it

export class Ranges {
  constructor(readonly list: readonly Span[] = []) {}

  get size(): number {
    let n = 0;
    for (const [a, b] of this.list) n += b - a + 1;
    return n;
  }

  has(i: number): boolean {
    let lo = 0;
    let hi = this.list.length - 1;
    while (lo <= hi) {
      const mid = (lo + hi) >> 1;
      const [a, b] = this.list[mid];
      if (i < a) hi = mid - 1;
      else if (i > b) lo = mid + 1;
      else return true;
    }
    return false;
  }

  with(from: number, to: number): Ranges {
    if (from > to) [from, to] = [to, from];
    const out: Span[] = [];
    for (const [a, b] of this.list) {
      if (b < from - 1 || a > to + 1) out.push([a, b]);
      else [from, to] = [Math.min(from, a), Math.max(to, b)];
    }
    out.push([from, to]);
    return new Ranges(out.sort((x, y) => x[0] - y[0]));
  }

  without(from: number, to: number): Ranges {
    const out: Span[] = [];
    for (const [a, b] of this.list) {
      if (a < from) out.push([a, Math.min(b, from - 1)]);
      if (b > to) out.push([Math.max(a, to + 1), b]);
    }
    return new Ranges(out);
  }

  toggled(i: number): Ranges {
    return this.has(i) ? this.without(i, i) : this.with(i, i);
  }
}

/** The filter that selects just these ranges of event ids among those of q. */
export function idTerm(ids: Span[]): string {
  const words = ids.map(([a, b]) => (a === b ? String(a) : `${a}..${b}`));
  return words.length === 1 ? `id:${words[0]}` : `id:(${words.join(', ')})`;
}

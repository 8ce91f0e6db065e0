// This file learns from the rows that come which latencies are unusual: those
// above 95 % of the answers of the same kind of server.

const FEW = 20; // answers without which nothing is unusual
const PER_OCTAVE = 4;
const BUCKETS = 36 * PER_OCTAVE; // up to 19 hours

export class Latencies {
  /** Grows when the limits have become other ones. */
  version = 0;
  private roles = new Map<string, { n: number; told: number; buckets: Uint32Array; limit: number }>();

  add(role: string, us: number): void {
    let r = this.roles.get(role);
    if (!r) this.roles.set(role, (r = { n: 0, told: 0, buckets: new Uint32Array(BUCKETS), limit: Infinity }));
    r.buckets[Math.min(BUCKETS - 1, Math.floor(Math.log2(us + 1) * PER_OCTAVE))]++;
    r.n++;
    if (r.n < FEW || r.n < r.told * 2) return;
    r.told = r.n;
    const limit = quantile(r.buckets, r.n, 0.95);
    if (limit !== r.limit) this.version++;
    r.limit = limit;
  }

  /** The latency above which an answer of such a server is unusual, µs. */
  limit(role: string): number {
    return this.roles.get(role)?.limit ?? Infinity;
  }
}

// The upper end of the bucket that holds the quantile.
function quantile(buckets: Uint32Array, n: number, q: number): number {
  let left = n * q;
  let k = 0;
  while (k < BUCKETS - 1 && (left -= buckets[k]) > 0) k++;
  return 2 ** ((k + 1) / PER_OCTAVE);
}

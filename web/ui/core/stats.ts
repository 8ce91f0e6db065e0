// This file makes of what the server adds up what the statistics screen draws.

import type { Latency, Numbers } from './protocol';

/** A point of the scatter, in px. */
export interface Dot {
  id: number;
  x: number;
  y: number;
  us: number; // latency
  at: number; // time, µs
  of: Latency;
}

const EDGE = 7; // px for half a label, and half a dot

/** Latencies on a logarithmic axis from top (most) to bottom. */
export class LogScale {
  readonly lo: number; // powers of ten, µs
  readonly hi: number;
  constructor(
    least: number,
    most: number,
    readonly height: number,
  ) {
    this.lo = Math.floor(Math.log10(Math.max(1, least)));
    this.hi = Math.max(this.lo + 1, Math.ceil(Math.log10(Math.max(1, most))));
  }
  y(us: number): number {
    const share = (Math.log10(Math.max(1, us)) - this.lo) / (this.hi - this.lo);
    return EDGE + (this.height - 2 * EDGE) * (1 - Math.max(0, Math.min(1, share)));
  }
  /** The powers of ten, µs. */
  ticks(): number[] {
    return Array.from({ length: this.hi - this.lo + 1 }, (_, i) => 10 ** (this.lo + i));
  }
}

/** The sample as dots, and their axis. */
export function scatter(
  n: Numbers,
  x: (us: number) => number,
  height: number,
): { dots: Dot[]; axis: LogScale } {
  let [least, most] = [Infinity, 1];
  for (const p of n.points) {
    least = Math.min(least, p[2]);
    most = Math.max(most, p[2]);
  }
  const axis = new LogScale(least === Infinity ? 1 : least, most, height);
  const dots = n.points.map(([id, at, us, k]) => ({
    id,
    at,
    us,
    of: n.latencies[k],
    x: x(at),
    y: axis.y(us),
  }));
  return { dots, axis };
}

/** The dot next to a place, if there is one within reach px. */
export function nearest(dots: Dot[], x: number, y: number, reach = 12): Dot | null {
  let best: Dot | null = null;
  let least = reach * reach;
  for (const d of dots) {
    const far = (d.x - x) ** 2 + (d.y - y) ** 2;
    if (far < least) {
      least = far;
      best = d;
    }
  }
  return best;
}

/** Dots as an SVG path of small squares. */
export function squares(dots: Dot[]): string {
  return dots.map((d) => `M${(d.x - 1.5).toFixed(1)} ${(d.y - 1.5).toFixed(1)}h3v3h-3z`).join('');
}

/** The latency over all commands of a role. */
export function ofRole(n: Numbers, role: string): Latency | undefined {
  return n.latencies.find((l) => l.command === '' && l.role === role);
}

/** Latencies by command, the slowest first. */
export function byCommand(n: Numbers): Latency[] {
  return n.latencies.filter((l) => l.command !== '').sort((a, b) => b.p95 - a.p95);
}

/** Events per second over the time that they cover. */
export function rate(n: Numbers): number {
  const span = (n.last - n.first) / 1e6;
  return span > 0 ? n.totals.events / span : n.totals.events;
}

/** The filter term for answers to a command: most have its name. */
export function answersTerm(l: Latency): string {
  const name = { PNG: 'QNG', MSG: '(ACK, NAK)' }[l.command] ?? l.command;
  return l.role ? `cmd:${name} conn:${l.role} has:latency` : `cmd:${name}`;
}

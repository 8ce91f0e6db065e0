// This file tests what the statistics screen makes of numbers.
import { expect, test } from 'vitest';
import { answersTerm, byCommand, LogScale, nearest, ofRole, rate, scatter, squares } from './stats';
import type { Latency, Numbers } from './protocol';

const latency = (command: string, role: string, p95: number): Latency => ({
  command,
  role,
  count: 2,
  p50: 1,
  p95,
  p99: p95,
  max: p95,
});
const numbers: Numbers = {
  totals: {
    events: 10,
    directions: [
      { events: 5, bytes: 50 },
      { events: 5, bytes: 60 },
    ],
    errors: 1,
    raw: 0,
    gaps: 0,
    notes: 0,
  },
  first: 1_000_000,
  last: 6_000_000,
  commands: [],
  commands_of: 0,
  latencies: [latency('USR', 'NS', 90), latency('MSG', 'SB', 400), latency('', 'NS', 90)],
  answers: 2,
  points: [
    [1, 1_000_000, 100, 0],
    [2, 6_000_000, 10_000, 1],
  ],
  accounts: [],
  accounts_of: 0,
  accounts_lost: 0,
  keepalives: { count: 0, p50: 0, p95: 0, p99: 0, max: 0, bars: [] },
};

test('numbers', () => {
  expect(rate(numbers)).toBe(2);
  expect(rate({ ...numbers, last: numbers.first })).toBe(10);
  expect(ofRole(numbers, 'NS')?.p95).toBe(90);
  expect(ofRole(numbers, 'SB')).toBeUndefined();
  expect(byCommand(numbers).map((l) => l.command)).toEqual(['MSG', 'USR']);
});

test('dots on a logarithmic axis', () => {
  const { dots, axis } = scatter(numbers, (us) => us / 1e5, 100);
  expect(axis.ticks()).toEqual([100, 1000, 10_000]);
  expect(dots.map((d) => [d.x, d.y])).toEqual([
    [10, 93],
    [60, 7],
  ]);
  expect(dots[1].of.command).toBe('MSG');
  expect(nearest(dots, 12, 97)?.id).toBe(1);
  expect(nearest(dots, 30, 50)).toBeNull();
  expect(squares(dots)).toBe('M8.5 91.5h3v3h-3zM58.5 5.5h3v3h-3z');
  expect(scatter({ ...numbers, points: [] }, Number, 100).axis.ticks()).toEqual([1, 10]);
  expect(new LogScale(0, 0, 100).y(0)).toBe(93);
});

test('the filter of a latency', () => {
  expect(answersTerm(latency('PNG', 'NS', 1))).toBe('cmd:QNG conn:NS has:latency');
  expect(answersTerm(latency('MSG', 'SB', 1))).toBe('cmd:(ACK, NAK) conn:SB has:latency');
  expect(answersTerm(latency('XFR', '', 1))).toBe('cmd:XFR');
});

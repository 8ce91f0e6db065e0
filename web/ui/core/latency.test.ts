// This file tests what counts as an unusual latency.
import { expect, test } from 'vitest';
import { Latencies } from './latency';

test('above 95 % of the answers, for each kind of server', () => {
  const l = new Latencies();
  for (let k = 0; k < 19; k++) l.add('NS', 10_000);
  expect(l.limit('NS')).toBe(Infinity);
  for (let k = 0; k < 1000; k++) l.add('NS', k % 20 === 0 ? 900_000 : 10_000 + (k % 7) * 100);
  expect(l.limit('NS')).toBeGreaterThan(10_700);
  expect(l.limit('NS')).toBeLessThan(20_000);
  expect(l.limit('SB')).toBe(Infinity);
  expect(l.version).toBeGreaterThan(0);
});
test('even latencies are none of them unusual', () => {
  const l = new Latencies();
  for (let k = 0; k < 100; k++) l.add('NS', 5000);
  expect(5000 > l.limit('NS')).toBe(false);
});

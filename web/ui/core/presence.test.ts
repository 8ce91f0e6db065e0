// This file tests where statuses and changes stand in the time of a session.
import { expect, test } from 'vitest';
import type { Change } from './contacts';
import { bars, buckets, coarse, eventAt, inWords, place, silenceInWords } from './presence';

const span = { start: 1000, end: 2000 }; // µs
const change = (event: number, us: number): Change => ({
  what: 'status',
  from: '',
  to: 'NLN',
  event,
  time: us * 1000,
});

test('where a time stands', () => {
  expect([500, 1000, 1250, 3000].map((t) => place(t, span))).toEqual([0, 0, 25, 100]);
  expect(place(5, { start: 5, end: 5 })).toBe(100);
});

test('a status lasts until the next, the last until the end', () => {
  const b = bars(
    [
      { event: 1, time: 1_250_000, status: 'NLN' },
      { event: 2, time: 1_500_000, status: 'AWY' },
      { event: 3, time: 1_750_000, status: '' },
      { event: 4, time: 1_900_000, status: 'FLN' },
    ],
    span,
  );
  expect(b.map((x) => [x.left, x.width, x.word, x.cls])).toEqual([
    [25, 25, 'online', 'ok'],
    [50, 25, 'away', 'warn'],
    [90, 10, 'offline', 'muted'],
  ]);
  expect(inWords(b, String)).toBe('online from 1250, away from 1500, offline from 1900');
  expect(inWords([], String)).toBe('no presence was told');
  expect(inWords(new Array(14).fill(b[0]), String)).toMatch(/^2 earlier, online/);
});

test('bars too close together become one', () => {
  const at = (us: number, status: string) => ({ event: us, time: us * 1000, status });
  const b = bars([at(1000, 'NLN'), at(1001, 'AWY'), at(1002, 'BSY'), at(1500, 'FLN')], span);
  expect(coarse(b, 1).map((x) => [x.left, x.width, x.word])).toEqual([
    [0, 50, 'busy'],
    [50, 50, 'offline'],
  ]);
});

test('changes by time', () => {
  const list = [change(5, 1100), change(6, 1100), change(9, 1900), change(10, 2000)];
  expect(buckets(list, span, 10)).toEqual([0, 2, 0, 0, 0, 0, 0, 0, 0, 2]);
  expect([1000, 1100, 1500, 1900, 2500].map((t) => eventAt(list, t))).toEqual([5, 6, 6, 9, 10]);
  expect(eventAt([], 1)).toBe(0);
});

test('silences', () => {
  const s = { from: 1, to: 2, start: 0, end: 5_000_000, unanswered: false };
  expect(silenceInWords(s, (us) => `${us} µs`)).toBe('nobody said anything for 5000 µs');
  expect(silenceInWords({ ...s, unanswered: true }, String)).toBe('PNG was not answered in 5000');
});

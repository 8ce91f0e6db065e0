// This file tests sets of rows.
import { expect, test } from 'vitest';
import { idTerm, Ranges } from './ranges';

test('rows come, join, go', () => {
  let r = new Ranges().with(3, 5).with(9, 7);
  expect(r.list).toEqual([
    [3, 5],
    [7, 9],
  ]);
  expect(r.size).toBe(6);
  r = r.toggled(6);
  expect(r.list).toEqual([[3, 9]]);
  r = r.toggled(5);
  expect(r.list).toEqual([
    [3, 4],
    [6, 9],
  ]);
  expect([2, 3, 4, 5, 6, 9, 10].map((i) => r.has(i))).toEqual([false, true, true, false, true, true, false]);
  expect(r.without(4, 8).list).toEqual([
    [3, 3],
    [9, 9],
  ]);
});
test('ten million rows are one range', () => {
  const r = new Ranges().with(0, 9_999_999);
  expect(r.size).toBe(10_000_000);
  expect(r.list).toHaveLength(1);
});
test('behaves as a set of numbers does', () => {
  let r = new Ranges();
  const set = new Set<number>();
  let seed = 7;
  const random = () => (seed = (seed * 48271) % 2147483647) % 40;
  for (let k = 0; k < 500; k++) {
    const [a, b] = [random(), random()].sort((x, y) => x - y);
    for (let i = a; i <= b; i++)
      if (k % 2) set.delete(i);
      else set.add(i);
    r = k % 2 ? r.without(a, b) : r.with(a, b);
    expect(Array.from({ length: 40 }, (_, i) => r.has(i))).toEqual(
      Array.from({ length: 40 }, (_, i) => set.has(i)),
    );
    expect(r.size).toBe(set.size);
  }
});
test('as a filter', () => {
  expect(idTerm([[4, 4]])).toBe('id:4');
  expect(
    idTerm([
      [4, 9],
      [12, 12],
    ]),
  ).toBe('id:(4..9, 12)');
});

// This file tests what is asked for, and how rows are put into words and pieces.
import { describe, expect, test } from 'vitest';
import { nothing } from './compareroute';
import * as compare from './compare';

const row: compare.Row = {
  kind: 'changed',
  pair: 0,
  skipped: 0,
  dir: 1,
  cmd: 'ILN',
  a: { id: 7, session: 1, ts: 0 },
  b: { id: 9, session: 2, ts: 0 },
  fields: [
    { name: 'command', part: 'line', state: 'same', a: 'ILN' },
    { name: 'trid', part: 'line', state: 'ignored', a: '5', b: '12' },
    {
      name: 'status',
      part: 'line',
      state: 'changed',
      a: 'AWY',
      b: 'BSY',
      pieces: [
        ['only_a', 'AWY'],
        ['only_b', 'BSY'],
      ],
    },
    { name: 'nick', part: 'line', state: 'only_b', b: 'Bob\u202e' },
    { name: 'Content-Type', part: 'header', state: 'same', a: 'text/plain' },
    { name: 'Date', part: 'header', state: 'only_a', a: 'today' },
    { name: 'latency', part: 'timing', state: 'same', a: '1 ms' },
    { name: 'text', part: 'body', state: 'same', a: 'hello\n' },
  ],
};

test('what is asked for', () => {
  const c = { ...nothing, a: '12', b: 'c31', align: 'cmd' as const, with: 'trid,time', only: true, row: 9 };
  expect(compare.query(c, '-cmd:PNG')).toBe(
    'a=s%2F12&b=c%2F31&align=cmd&with=trid%2Ctime&only=1&q=-cmd%3APNG',
  );
  expect(compare.swapped(c)).toMatchObject({ a: 'c31', b: '12', row: -1 });
});

test('facets are taken in and left out', () => {
  let c = compare.toggled(nothing, 'trid');
  c = compare.toggled(c, 'time');
  expect(c).toMatchObject({ with: 'trid,time', without: '' });
  c = compare.toggled(compare.toggled(c, 'trid'), 'name');
  expect(c).toMatchObject({ with: 'time', without: 'name' });
  expect(compare.toggled(c, 'name').without).toBe('');
});

test('a line marks what differs and dims what is ignored', () => {
  const text = (side: compare.Side) =>
    compare
      .line(row, side)
      .map((s) => (s.cls === 'mark' ? `[${s.text}]` : s.cls === 'ign' ? `(${s.text})` : s.text))
      .join('');
  expect(text('a')).toBe('ILN (5) [AWY] Date: [today] “hello␊”');
  expect(text('b')).toBe('ILN (12) [BSY] [Bob⟨U+202E⟩] “hello␊”');
  expect(compare.line({ ...row, b: null }, 'b')).toEqual([]);
  expect(compare.words(row)).toBe('changed: status, nick, Date');
});

test('words', () => {
  expect(compare.summary({ same: 1412, changed: 3, only_a: 2, only_b: 0 })).toBe(
    '1,412 same, 3 changed, 2 only in A',
  );
  expect(compare.summary({ same: 0, changed: 0, only_a: 0, only_b: 1 })).toBe('0 same, 1 only in B');
  const c = (order: number) => ({ connection: order, order, server: '' });
  const counts = { same: 0, changed: 0, only_a: 0, only_b: 0 };
  expect(compare.pairLabel({ role: 'SB', a: c(2), b: c(1), counts }, true)).toBe('SB2|SB1');
  expect(compare.pairLabel({ role: 'NS', a: c(1), b: c(1), counts }, false)).toBe('NS');
  expect(compare.pairLabel({ role: '', a: null, b: c(3), counts }, true)).toBe('?3');
});

describe('pages', () => {
  test('only what is needed last is asked for, one page at a time', async () => {
    const asked: number[] = [];
    const done: (() => void)[] = [];
    let changes = 0;
    const pages = new compare.Pages(
      (from) => {
        asked.push(from);
        return new Promise((resolve) => done.push(() => resolve(Array(compare.PAGE).fill(row))));
      },
      () => changes++,
      () => expect.unreachable(),
    );
    pages.put(0, [row]);
    expect(pages.row(0)).toBe(row);
    pages.need(130, 140);
    pages.need(1000, 1010);
    pages.need(100_000, 100_200);
    done.shift()!();
    await Promise.resolve();
    await Promise.resolve();
    expect(pages.row(135)).toBe(row);
    expect(asked).toEqual([128, 99_968]);
    done.shift()!();
    await Promise.resolve();
    await Promise.resolve();
    expect(asked).toEqual([128, 99_968, 100_096]);
    expect(changes).toBe(2);
  });

  test('after a failure nothing more is asked for', async () => {
    const wrong: unknown[] = [];
    let asked = 0;
    const pages = new compare.Pages(
      () => (asked++, Promise.reject(new Error('gone'))),
      () => {},
      (e) => wrong.push(e),
    );
    pages.need(0, 300);
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    pages.need(0, 10);
    expect(asked).toBe(1);
    expect(wrong).toHaveLength(1);
  });
});

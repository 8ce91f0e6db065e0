// This file tests where moments lie on the strip, and what a brush adds.
import { expect, test } from 'vitest';
import { cellAt, coarse, inWords, moment, Scale, shapes, withTime, type Cell, type Line } from './timeline';

const S = 1_000_000;
const at = (s: number, c2s = 1, s2c = 2, errors = 0): Cell => [s * S, c2s, s2c, errors, 10, 20, 0];
const minute: Line = { width: S, cells: Array.from({ length: 60 }, (_, i) => at(i)) };

test('moments and places belong together', () => {
  const s = new Scale(minute, 600);
  expect(s.pieces.length).toBe(1);
  expect(s.x(0)).toBe(0);
  expect(s.x(60 * S)).toBeCloseTo(600);
  for (const x of [0, 1, 300, 599, 600]) expect(s.x(s.time(x))).toBeCloseTo(x);
  expect(s.time(-5)).toBe(0);
  expect(s.time(9999)).toBe(60 * S);
});

test('a long silence takes no room', () => {
  const year = 365 * 86400;
  const line = { width: S, cells: [...minute.cells, ...Array.from({ length: 60 }, (_, i) => at(year + i))] };
  const s = new Scale(line, 600);
  expect(s.pieces.length).toBe(2);
  expect(s.breaks()).toEqual([{ x: expect.closeTo(300), us: (year - 60) * S }]);
  for (const x of [0, 100, 500, 600]) expect(s.x(s.time(x))).toBeCloseTo(x);
  expect(s.x(100 * S)).toBe(s.pieces[0].end);
  expect(s.x((year - 5) * S)).toBe(s.pieces[1].x);
});

test('any cells give a scale that only grows', () => {
  for (let n = 1; n < 200; n += 13) {
    let t = 0;
    const cells = Array.from({ length: n }, (_, i) => at((t += 1 + ((i * i * 7919) % 5000))));
    const s = new Scale({ width: S, cells }, 300);
    let before = -1;
    for (const c of cells) {
      expect(s.x(c[0])).toBeGreaterThanOrEqual(before);
      before = s.x(c[0]);
    }
    expect(s.pieces[s.pieces.length - 1].end).toBeCloseTo(300);
  }
});

test('bars are wide enough to be seen', () => {
  const cells = Array.from({ length: 500 }, (_, i) => at(i * 10, 1, 1, i % 2));
  const line = coarse({ width: S, cells }, 600);
  expect((line.width / (5000 * S)) * 600).toBeGreaterThanOrEqual(3);
  expect(line.cells.reduce((n, c) => n + c[1], 0)).toBe(500);
  expect(line.cells.reduce((n, c) => n + c[3], 0)).toBe(250);
  expect(cells[1][1]).toBe(1); // what came from the server stays
  expect(coarse(minute, 600)).toBe(minute);
});

test('nothing to draw', () => {
  const s = new Scale({ width: S, cells: [] }, 600);
  expect(shapes(s, 64, 'events').up).toBe('');
  expect(s.time(5)).toBe(0);
  expect(inWords(s.line, 'utc')).toBe('No events.');
});

test('shapes', () => {
  const line: Line = { width: S, cells: [at(0, 1, 0), at(1, 0, 4, 1), [2 * S, 0, 0, 0, 0, 0, 8]] };
  const s = shapes(new Scale(line, 300), 64, 'events');
  expect(s.most).toBe(4);
  expect(s.up.match(/M/g)?.length).toBe(1);
  expect(s.down.match(/M/g)?.length).toBe(1);
  expect(s.guess.match(/M/g)?.length).toBe(1);
  expect(s.errors).toContain('M');
  expect(shapes(new Scale(line, 300), 64, 'bytes').most).toBe(20);
});

test('cells by moment', () => {
  expect(cellAt(minute, -1)).toBe(-1);
  expect(cellAt(minute, 0)).toBe(0);
  expect(cellAt(minute, 5.5 * S)).toBe(5);
  expect(cellAt(minute, 999 * S)).toBe(59);
});

test('a brush replaces the time of the filter', () => {
  const t = Date.UTC(2001, 10, 5, 20, 14, 7) * 1000;
  expect(moment(t + 21337)).toBe('2001-11-05T20:14:07.021337Z');
  const q = withTime('cmd:MSG', t, t + S);
  expect(q).toBe('cmd:MSG time:2001-11-05T20:14:07.000000Z..2001-11-05T20:14:08.000000Z');
  expect(withTime(q, t, t)).toBe('cmd:MSG time:2001-11-05T20:14:07.000000Z..2001-11-05T20:14:07.000000Z');
  expect(withTime('a or b', t, t)).toMatch(/^\(a or b\) time:/);
});

test('a line in words', () => {
  expect(inWords(minute, 'utc')).toBe(
    '60 events from clients, 120 from servers, 0 errors, from 1970-01-01 00:00:00 to 1970-01-01 00:01:00; most at 1970-01-01 00:00:00: 3 in 1.0 s.',
  );
});

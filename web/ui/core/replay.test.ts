// This file tests what is asked for, and how a replay is put into words and rows.
import { expect, test } from 'vitest';
import * as replay from './replay';
import type { Proxy, Session } from './protocol';
import { usual } from './replayroute';

const session = {
  id: 12,
  account: 'alice@example.com',
  server: '64.4.13.58:1863',
  connections: [
    { role: 'FT', events: 4 },
    { role: 'NS', events: 9 },
  ],
} as unknown as Session;
const proxy: Proxy = {
  listen: ['127.0.0.1:1863'],
  upstream: 'msn.example.org:1863',
  addresses: null,
  live: 0,
};

test('what is asked for', () => {
  expect(replay.request(session, usual, '', '', null)).toEqual({ session: 12, to: '64.4.13.58:1863' });
  expect(replay.request(session, { ...usual, wait: 300, speed: 10 }, 'id<=9', 'secret', proxy)).toEqual({
    session: 12,
    to: 'msn.example.org:1863',
    wait_ms: 300,
    speed: 10,
    filter: 'id<=9',
    password: 'secret',
  });
  // A password is of no use to those who play the servers, so it is not sent.
  expect(replay.request(session, { ...usual, as: 'server', to: 'x:1' }, '', 'secret', proxy)).toEqual({
    session: 12,
    listen: '127.0.0.1:1864',
  });
});

test('what can be played', () => {
  expect(replay.unplayable(session)).toBe('');
  const only = (role: string, events: number) =>
    replay.unplayable({ ...session, connections: [{ role, events }] } as unknown as Session);
  expect(only('FT', 4)).toContain('nothing to play');
  expect(only('NS', 0)).toContain('nothing to play');
  expect(only('', 4)).toBe('');
  expect(replay.unplayable({ ...session, connections: null })).toContain('nothing to play');
});

const passed = (n: number): replay.Passed => ({
  event: n,
  role: 'NS',
  dir: 'c2s',
  then: `PNG ${n}`,
  now: `PNG ${n}`,
});
const answer = (from: number, n: number) =>
  ({ from, rows: Array.from({ length: n }, (_, i) => passed(from + i)) }) as replay.Replay;

test('rows are joined, and bounded', () => {
  let k = replay.joined([], 0, answer(0, 3));
  k = replay.joined(k.rows, k.at, answer(3, 2));
  expect(k.rows.map((r) => r.event)).toEqual([0, 1, 2, 3, 4]);
  k = replay.joined(k.rows, k.at, answer(5, 0));
  expect([k.rows.length, k.at]).toEqual([5, 0]);
  k = replay.joined(k.rows, k.at, answer(5, replay.ROWS));
  expect([k.rows.length, k.at]).toEqual([replay.ROWS, 5]);
  // Some were missed: what is there begins later.
  k = replay.joined(k.rows, k.at, answer(9000, 2));
  expect([k.rows.length, k.at]).toEqual([2, 9000]);
  // Another replay.
  k = replay.joined(k.rows, k.at, answer(0, 1));
  expect([k.rows.length, k.at]).toEqual([1, 0]);
});

test('how a row stands', () => {
  const of = (p: Partial<replay.Passed>) => replay.standing({ ...passed(1), ...p })[2];
  expect(of({})).toBe('');
  expect(of({ now: '', why: 'has not come' })).toBe('it did not come');
  expect(of({ then: '', why: 'was not recorded' })).toBe('it was not recorded');
  expect(of({ now: '911 4', why: 'the server answers 911 4' })).toBe('it went otherwise');
  expect(of({ then: '', now: '', why: 'no' })).toBe('something went wrong');
});

test('the result in words, and where it leads', () => {
  const r = { connections: 2, said: 9, heard: 1, missed: 0, extra: 0, mishaps: [] };
  expect(replay.reportWords(r)).toBe('2 connections, 9 commands said, 1 heard as recorded');
  expect(replay.reportWords({ ...r, missed: 3, extra: 1 })).toMatch(/3 missed, 1 more than recorded$/);
  const result = { session: 1000001, qa: 'id<=52' } as replay.Result;
  expect(replay.comparison(12, result)).toMatchObject({ a: '12', b: '1000001', qa: 'id<=52', qb: '' });
});

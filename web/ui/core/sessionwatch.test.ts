// This file tests what the page asks of sessions, and what it keeps of the answers.
import { beforeEach, expect, test } from 'vitest';
import { MAX_WATCHED, type Connection, type Session } from './protocol';
import { ListWindow } from './sessionlist';
import { SessionWatch } from './sessionwatch';

type Frame = { op: string; ids: number[]; order: string; from: number; n: number; epoch: number };
let sent: Frame[];
let changes: number;
let watch: SessionWatch;
const wire = { send: (f: object) => void sent.push(f as Frame) };
beforeEach(() => {
  sent = [];
  changes = 0;
  watch = new SessionWatch(wire, () => changes++);
});
const make = (id: number, events = 0) => ({ id, events }) as Session;
const told = (ids: number[], gone: number[] = []) =>
  watch.take({ op: 'watched', list: ids.map((id) => make(id)), gone });

test('the server is asked for what anybody wants, when that changes', () => {
  watch.want('head', [7]);
  watch.want('rows', [7, 8]);
  watch.want('rows', [8, 7]);
  watch.want('hits', []);
  expect(sent.map((f) => f.ids)).toEqual([[7], [7, 8]]);
  watch.want('head', []);
  expect(sent).toHaveLength(2);
  watch.want('rows', []);
  expect(sent.at(-1)!.ids).toEqual([]);
});

test('what is known, and what is known not to be', () => {
  watch.want('head', [7, 9]);
  expect(watch.get(7)).toBeUndefined();
  told([7], [9]);
  expect(watch.get(7)?.id).toBe(7);
  expect(watch.get(9)).toBeNull();
  expect(changes).toBe(1);
  watch.take({ op: 'watched', list: [make(7, 5)], gone: [] });
  expect(watch.get(7)?.events).toBe(5);
  watch.ask(); // the connection came back
  expect(sent.at(-1)!.ids).toEqual([7, 9]);
});

test('of very many connections only some are told again', () => {
  const conn = (id: number, events: number) => ({ id, events }) as Connection;
  const session = (connections: Connection[], kept?: boolean) => ({ ...make(7), connections, kept });
  watch.want('head', [7]);
  watch.take({ op: 'watched', list: [session([conn(2, 1), conn(9, 1)])], gone: [] });
  watch.take({ op: 'watched', list: [session([conn(9, 5), conn(3, 1)], true)], gone: [] });
  expect(watch.get(7)!.connections!.map((c) => [c.id, c.events])).toEqual([
    [2, 1],
    [3, 1],
    [9, 5],
  ]);
  watch.take({ op: 'watched', list: [session([conn(3, 2)])], gone: [] });
  expect(watch.get(7)!.connections).toHaveLength(1);
});

test('not more is kept than is wanted and a few more', () => {
  watch.want('head', [1]);
  told([1]);
  for (let id = 2; id < 2000; id++) {
    watch.want('rows', [id]);
    told([id]);
  }
  expect(watch.get(1)).toBeDefined(); // still looked at
  expect(watch.get(1999)).toBeDefined();
  expect(watch.get(1990)).toBeDefined(); // a moment ago
  let kept = 0;
  for (let id = 1; id < 2000; id++) if (watch.get(id)) kept++;
  expect(kept).toBeLessThan(140);
});

test('no more is asked for than the server gives', () => {
  watch.want('address', [5000]);
  watch.want(
    'rows',
    Array.from({ length: 1000 }, (_, i) => i + 1),
  );
  expect(sent.at(-1)!.ids).toHaveLength(MAX_WATCHED);
  expect(sent.at(-1)!.ids).toContain(5000);
});

test('the list: its order when that changes, and the sessions that do', () => {
  const list = new ListWindow(wire);
  list.show('-bytes', 0, 3);
  list.show('-bytes', 0, 3);
  expect(sent).toHaveLength(1);
  list.take({ op: 'list', epoch: 1, total: 9, from: 0, ids: [4, 2, 3], list: [make(2), make(4)] });
  expect(list.list.map((s) => s.id)).toEqual([4, 2]); // the third is on its way
  list.take({ op: 'list', epoch: 1, total: 9, from: 0, list: [make(3), make(2, 8)] });
  expect(list.list.map((s) => [s.id, s.events])).toEqual([
    [4, 0],
    [2, 8],
    [3, 0],
  ]);
  expect(list.total).toBe(9);
  list.show('-bytes', 3, 3);
  expect(list.list).toHaveLength(3); // what is here stays until others come
  list.take({ op: 'list', epoch: 2, total: 9, from: 3, ids: [3, 7, 8], list: [make(7), make(8)] });
  expect(list.list.map((s) => s.id)).toEqual([3, 7, 8]);
  list.ask(); // the connection came back
  expect(sent.at(-1)).toMatchObject({ op: 'list', order: '-bytes', from: 3, n: 3 });
  expect(sent.at(-1)!.epoch).toBeGreaterThan(sent[0].epoch);
  list.close();
  expect(sent.at(-1)).toEqual({ op: 'list', n: 0 });
});

// Between two screens the server may hear of neither end: it tells only what it
// has not told.
test('the list of another screen goes on with what is here', () => {
  const list = new ListWindow(wire);
  list.show('-bytes', 0, 3);
  list.take({
    op: 'list',
    epoch: sent.at(-1)!.epoch,
    total: 2,
    from: 0,
    ids: [4, 2],
    list: [make(2), make(4)],
  });
  list.close();
  list.open();
  expect(list.known).toBe(false);
  list.show('-bytes', 0, 3);
  list.take({ op: 'list', epoch: sent[0].epoch, total: 2, from: 0, list: [make(4, 1)] }); // of the wish before
  expect(list.known).toBe(false);
  list.take({ op: 'list', epoch: sent.at(-1)!.epoch, total: 2, from: 0, ids: [2, 4], list: [] });
  expect(list.known).toBe(true);
  expect(list.list.map((s) => [s.id, s.events])).toEqual([
    [2, 0],
    [4, 1],
  ]);
});

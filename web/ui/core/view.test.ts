// This file tests the window into a view against a server of a few lines.
import { beforeEach, describe, expect, it, test } from 'vitest';
import type { Err, Row } from './protocol';
import { EventView, MAX_PAGES, PAGE, Picture, type Landed } from './view';

const row = (id: number): Row => [
  id,
  id * 1000,
  1,
  'NS',
  0,
  0,
  'PNG',
  null,
  '',
  5,
  null,
  0,
  'control',
  '',
  1,
];
const rows = (from: number, n: number): Row[] => Array.from({ length: n }, (_, k) => row(from + k + 1));

type Frame = { op: string; epoch: number; seq: number; from: number; n: number; q: string; what: string };

let sent: Frame[];
let landed: Landed[];
let refused: Err[];
let seq: number;
let now: number;
let view: EventView;

beforeEach(() => {
  sent = [];
  landed = [];
  refused = [];
  seq = 0;
  now = 1000;
  view = new EventView(
    { send: (f) => sent.push(f as Frame), nextSeq: () => ++seq },
    1,
    { changed: () => {}, landed: (at) => landed.push(at), refused: (e) => refused.push(e) },
    () => now,
  );
  view.need(0, 30);
});

const last = (op: string) => sent.findLast((f) => f.op === op)!;
const epoch = () => last('sub').epoch;
const stat = (epoch: number, total: number, more: object = {}) =>
  view.onStat({ op: 'stat', view: 1, epoch, total, all: 5000, errs: 0, rate: 0, took: 1, ...more });
/** Answers the last window as the server would. */
function answer(total: number) {
  const w = last('win');
  view.onRows({
    op: 'rows',
    view: 1,
    epoch: w.epoch,
    seq: w.seq,
    from: w.from,
    total,
    rows: rows(w.from, Math.max(0, Math.min(w.n, total - w.from))),
  });
}
function open(q = '', total = 1000) {
  view.open('all', q, { to: 'top' });
  stat(epoch(), total);
  if (total) answer(total);
  return epoch();
}

test('the first rows', () => {
  open();
  expect(sent.map((f) => f.op).slice(0, 3)).toEqual(['sub', 'tail', 'win']);
  expect(landed).toEqual([{ index: 0, row: 0, exact: true }]);
  expect(view.row(0)?.[0]).toBe(1);
  expect(view.row(30)?.[0]).toBe(31);
});

test('asks for whole pages, one window at a time', () => {
  open();
  const before = sent.length;
  view.need(500, 530);
  expect(last('win')).toMatchObject({ from: 3 * PAGE, n: 2 * PAGE });
  view.need(900, 930);
  expect(sent.length).toBe(before + 1);
  answer(1000); // then for what is wanted by now
  expect(last('win')).toMatchObject({ from: 7 * PAGE, n: PAGE });
});

test('a window that is never answered is asked for again', () => {
  open();
  view.need(500, 530);
  now += 6000;
  const before = sent.length;
  view.need(500, 530);
  expect(sent.length).toBe(before + 1);
});

test('rows that are there are asked for again, and become what they are now', () => {
  open();
  view.refresh(0, 30);
  expect(last('win')).toMatchObject({ from: 0, n: 31 });
  const before = sent.length;
  view.refresh(0, 30); // one is under way
  expect(sent.length).toBe(before);
  const late = row(3);
  late[11] = 96;
  const w = last('win');
  view.onRows({ op: 'rows', view: 1, epoch: w.epoch, seq: w.seq, from: 2, total: 1000, rows: [late] });
  expect(view.row(2)?.[11]).toBe(96);
  view.open('all', 'cmd:MSG', { to: 'top' });
  const asked = sent.length;
  view.refresh(0, 30); // of a picture that is given up
  expect(sent.length).toBe(asked);
});

test('an empty view is shown at once when it is whole', () => {
  view.open('all', 'x', { to: 'top' });
  stat(epoch(), 0, { scan: 0.5 });
  expect(landed).toEqual([]);
  stat(epoch(), 0);
  expect(landed).toEqual([{ index: 0, row: 0, exact: false }]);
});

describe('another filter', () => {
  it('keeps the old rows until it has rows of its own', () => {
    const old = open();
    view.open('all', 'cmd:MSG', { to: 'top' });
    stat(old, 2000); // late words about the old one
    expect(view.row(0)).toBeDefined();
    stat(epoch(), 40);
    expect(view.shown.q).toBe('');
    answer(40);
    expect(view.shown.q).toBe('cmd:MSG');
    expect(view.shown.total).toBe(40);
  });
  it('lands on an event', async () => {
    open();
    view.open('all', 'cmd:MSG', { to: 'event', id: 300, row: 5 });
    stat(epoch(), 400);
    const f = last('find');
    expect(f).toMatchObject({ what: 'event', from: 300 });
    view.onFound(f.seq, 200);
    await Promise.resolve();
    answer(400);
    expect(landed.at(-1)).toEqual({ index: 200, row: 5, exact: true });
    expect(view.row(200)).toBeDefined();
  });
  it('shows what a long scan has found, and lands later', async () => {
    open();
    view.open('all', 'text:x', { to: 'event', id: 300, row: 0 });
    now += 250;
    stat(epoch(), 50, { scan: 0.1 });
    answer(50);
    expect(landed.at(-1)).toEqual({ index: 0, row: 0, exact: false });
    view.onFound(last('find').seq, 120);
    await Promise.resolve();
    expect(landed.at(-1)).toEqual({ index: 120, row: 0, exact: true });
  });
  it('does not land later if the reader has moved', async () => {
    open();
    view.open('all', 'text:x', { to: 'event', id: 300, row: 0 });
    now += 250;
    stat(epoch(), 50, { scan: 0.1 });
    answer(50);
    view.settle();
    const n = landed.length;
    view.onFound(last('find').seq, 120);
    await Promise.resolve();
    expect(landed.length).toBe(n);
  });
  it('that is refused leaves the last good one', () => {
    const good = open('cmd:MSG', 40);
    view.open('all', 'comand:MSG', { to: 'top' });
    const e: Err = {
      op: 'err',
      view: 1,
      epoch: epoch(),
      code: 'bad_filter',
      msg: 'no field',
      at: 0,
      end: 6,
    };
    view.onErr(e);
    expect(refused).toEqual([e]);
    expect(view.next).toBeNull();
    stat(good, 41);
    expect(view.shown.total).toBe(41);
    expect(sent.filter((f) => f.op === 'sub').length).toBe(2); // nothing asked again: the server kept it
  });
  it('that is refused brings back one that it overtook', () => {
    open();
    view.open('all', 'cmd:MSG', { to: 'top' });
    view.open('all', 'cmd:MSG x:', { to: 'top' });
    view.onErr({ op: 'err', view: 1, epoch: epoch(), code: 'bad_filter', msg: 'no field' });
    expect(last('sub')).toMatchObject({ q: 'cmd:MSG' });
  });
  it('that is refused at the start shows the scope without it', () => {
    view.open('s/12', 'x:', { to: 'top' });
    view.onErr({ op: 'err', view: 1, epoch: epoch(), code: 'bad_filter', msg: 'no field' });
    expect(last('sub')).toMatchObject({ scope: 's/12', q: '' });
  });
});

test('the tail rides along with the counts', () => {
  view.tail(30);
  view.open('all', '', { to: 'end' });
  expect(last('tail').n).toBe(30);
  stat(epoch(), 1000, { from: 970, rows: rows(970, 30) });
  expect(landed).toEqual(['end']);
  stat(epoch(), 1010, { from: 980, rows: rows(980, 30) });
  expect(view.row(1009)?.[0]).toBe(1010);
  expect(sent.filter((f) => f.op === 'win')).toEqual([]);
});

test('rowAt waits for its row', async () => {
  open();
  const r = view.rowAt(700);
  await Promise.resolve();
  answer(1000);
  expect((await r)?.[0]).toBe(701);
  expect(await view.rowAt(1000)).toBeUndefined();
});

test('ready waits for the picture asked for last', async () => {
  open();
  view.open('all', 'x', { to: 'top' });
  let done = false;
  const r = view.ready().then(() => (done = true));
  await Promise.resolve();
  expect(done).toBe(false);
  stat(epoch(), 0);
  await r;
  expect(view.shown.q).toBe('x');
});

test('finds are given up when the view changes', async () => {
  open();
  const i = view.find('next_error', 0);
  view.open('all', 'x', { to: 'top' });
  expect(await i).toBe(-1);
});

test('after a loss it asks for the same again', () => {
  open('cmd:MSG', 40);
  view.reopen({ to: 'stay' });
  expect(last('sub')).toMatchObject({ scope: 'all', q: 'cmd:MSG' });
});

test('no more than 64 pages are kept, and those used last', () => {
  const p = new Picture(1, 'all', '', { to: 'top' });
  p.put(0, rows(0, PAGE));
  for (let k = 1; k < MAX_PAGES; k++) p.put(k * PAGE, rows(k * PAGE, PAGE));
  p.touch(0, 10);
  p.put(MAX_PAGES * PAGE, rows(MAX_PAGES * PAGE, PAGE));
  expect(p.pages.size).toBe(MAX_PAGES);
  expect(p.row(0)).toBeDefined();
  expect(p.row(PAGE)).toBeUndefined();
});

test('rows that have gone to other places are fetched again, and stay on screen till then', () => {
  const e = open();
  const asked = sent.length;
  stat(e, 1000, { moved: 1 });
  view.need(0, 30);
  expect(sent.length).toBe(asked); // the first word of it moves nothing
  stat(e, 990, { moved: 2 });
  expect(view.row(0)?.[0]).toBe(1);
  view.need(0, 30);
  expect(last('win')).toMatchObject({ from: 0 });
  const w = last('win');
  const answered = (moved: number) =>
    view.onRows({
      op: 'rows',
      view: 1,
      epoch: w.epoch,
      seq: last('win').seq,
      from: 0,
      total: 990,
      moved,
      rows: rows(7, w.n),
    });
  answered(2);
  expect(view.row(0)?.[0]).toBe(8);
  const done = sent.length;
  view.need(0, 30);
  expect(sent.length).toBe(done);
});

test('marks that change are put into the rows that are here', () => {
  open();
  const before = view.row(4);
  view.onMarks([{ id: 5, mark: 'red', note: 'why' }], false);
  expect(view.row(4)?.slice(15)).toEqual(['red', 'why']);
  expect(view.row(4)).not.toBe(before);
  view.onMarks([{ id: 5, mark: '', note: '' }], false);
  expect(view.row(4)).toEqual(before);
  const asked = sent.length;
  view.onMarks([], true);
  expect(view.row(4)).toEqual(before);
  expect(sent.length).toBe(asked + 1);
  expect(last('win').from).toBe(0);
});

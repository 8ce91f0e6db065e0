// This file tests the page's end of the websocket against a socket of its own.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { backoff, Link, type HelloChange, type Socket } from './source';
import type { ServerMessage } from './protocol';

class FakeSocket implements Socket {
  onopen: Socket['onopen'] = null;
  onmessage: Socket['onmessage'] = null;
  onclose: Socket['onclose'] = null;
  sent: Record<string, unknown>[] = [];
  send(text: string) {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  close() {}
  say(m: object) {
    this.onmessage?.({ data: JSON.stringify(m) } as never);
  }
  hello(more: object = {}) {
    this.onopen?.(undefined as never);
    this.say({ op: 'hello', v: 1, boot: 'b1', version: '1', app: 'a1', now: 0, proxy: null, ...more });
  }
  drop() {
    this.onclose?.(undefined as never);
  }
}

let sockets: FakeSocket[];
let hellos: HelloChange[];
let messages: ServerMessage[];
let link: Link;

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  hellos = [];
  messages = [];
  link = new Link({
    open: () => {
      const s = new FakeSocket();
      sockets.push(s);
      return s;
    },
    onHello: (_, c) => hellos.push(c),
    onMessage: (m) => messages.push(m),
    onStatus: () => {},
    random: () => 0.5,
  });
});
afterEach(() => {
  link.close();
  vi.useRealTimers();
});

test('greets first, with what it knows', () => {
  sockets[0].hello();
  expect(sockets[0].sent).toEqual([{ op: 'hello', v: 1, app: '', boot: '' }]);
  expect(link.status).toBe('open');
  sockets[0].drop();
  vi.advanceTimersByTime(500);
  sockets[1].hello();
  expect(sockets[1].sent[0]).toEqual({ op: 'hello', v: 1, app: 'a1', boot: 'b1' });
});

test('pairs requests with answers', async () => {
  sockets[0].hello();
  const a = link.request<{ index: number }>({ op: 'find' });
  const b = link.request({ op: 'event', id: 7 });
  const [one, two] = sockets[0].sent.slice(1) as { seq: number }[];
  sockets[0].say({ op: 'err', seq: two.seq, code: 'not_found', msg: 'there is no event 7' });
  sockets[0].say({ op: 'res', seq: one.seq, index: 3 });
  expect((await a).index).toBe(3);
  await expect(b).rejects.toMatchObject({ code: 'not_found', message: 'there is no event 7' });
  expect(messages).toEqual([]);
});

test('an answer that nobody here waits for is passed on', () => {
  sockets[0].hello();
  sockets[0].say({ op: 'res', seq: 99, index: 1 });
  expect(messages).toEqual([{ op: 'res', seq: 99, index: 1 }]);
});

test('a request is refused while there is no connection, and when it is lost', async () => {
  await expect(link.request({ op: 'event' })).rejects.toMatchObject({ code: 'offline' });
  sockets[0].hello();
  const r = link.request({ op: 'event' });
  sockets[0].drop();
  await expect(r).rejects.toMatchObject({ code: 'offline' });
});

test('comes back after 0.5, 1, 2, 4, 8, 8 s', () => {
  sockets[0].hello();
  for (const wait of [500, 1000, 2000, 4000, 8000, 8000]) {
    sockets.at(-1)!.drop();
    expect(link.status).toBe('lost');
    const n = sockets.length;
    vi.advanceTimersByTime(wait - 1);
    expect(sockets.length).toBe(n);
    vi.advanceTimersByTime(1);
    expect(sockets.length).toBe(n + 1);
  }
  expect(link.lostAt).toBeGreaterThan(0);
  sockets.at(-1)!.hello();
  expect(link.status).toBe('open');
  expect(link.lostAt).toBe(0);
  sockets.at(-1)!.drop();
  vi.advanceTimersByTime(500);
  expect(sockets.length).toBe(8);
});

test('now does not wait', () => {
  sockets[0].hello();
  sockets[0].drop();
  link.now();
  expect(sockets.length).toBe(2);
  sockets[0].drop(); // an echo of the old socket changes nothing
  sockets[1].hello();
  expect(link.status).toBe('open');
});

test('tells a restarted server and a newer page', () => {
  sockets[0].hello();
  sockets[0].drop();
  vi.advanceTimersByTime(500);
  sockets[1].hello({ boot: 'b2', app: 'a2' });
  expect(hellos).toEqual([
    { again: false, restarted: false, updated: false },
    { again: true, restarted: true, updated: true },
  ]);
});

test('backoff is within 20 %', () => {
  expect(backoff(0, 0)).toBe(400);
  expect(backoff(0, 0.999)).toBeLessThanOrEqual(600);
  expect(backoff(99, 0.5)).toBe(8000);
});

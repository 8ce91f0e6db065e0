// This file tests sending captures piece by piece to a server that is played here.
import { expect, test } from 'vitest';
import { PIECE, Refused, pause, upload } from './upload';

const report = {
  capture: 3,
  already: false,
  packets: 1,
  events: 2,
  connections: [],
  ignored: [],
  more_connections: 0,
  more_ignored: 0,
  problems: [],
};

/** A server with one upload. trouble may answer in its place, or throw. */
function server(trouble: (n: number, method: string) => Response | 'lost' | undefined = () => undefined) {
  const s = { have: 0, log: [] as string[], size: 0, deleted: false };
  let n = 0;
  const say = (status: number, body: unknown) =>
    new Response(status === 204 ? null : JSON.stringify(body), { status });
  const fetch = async (path: string, init: RequestInit) => {
    const method = init.method!;
    s.log.push(`${method} ${path}`);
    if (init.signal?.aborted) throw init.signal.reason;
    const odd = trouble(n++, method);
    if (odd instanceof Response) return odd;
    if (path === '/api/uploads') {
      s.size = (JSON.parse(init.body as string) as { size: number }).size;
      return say(201, { id: 'abc', offset: 0, size: s.size });
    }
    if (method === 'DELETE') {
      s.deleted = true;
      return say(204, null);
    }
    if (method === 'POST')
      return s.have === s.size ? say(200, report) : say(409, { error: 'part', offset: s.have });
    const offset = Number(path.split('offset=')[1]);
    if (offset !== s.have) return say(409, { error: 'elsewhere', offset: s.have });
    s.have += (init.body as Blob).size;
    if (odd === 'lost') throw new TypeError('network'); // it has arrived, but nobody knows
    return say(200, { offset: s.have });
  };
  return { s, fetch: fetch as unknown as typeof globalThis.fetch };
}

const file = (n: number) => Object.assign(new Blob([new Uint8Array(n)]), { name: 'a.pcap' });
const waits: number[] = [];
const wait = async (ms: number) => void waits.push(ms);

test('pieces, then the import', async () => {
  const { s, fetch } = server();
  const seen: number[] = [];
  expect(await upload(file(2 * PIECE + 5), { fetch, wait, progress: (n) => seen.push(n) })).toEqual(report);
  expect(s.log).toEqual([
    'POST /api/uploads',
    'PUT /api/uploads/abc?offset=0',
    `PUT /api/uploads/abc?offset=${PIECE}`,
    `PUT /api/uploads/abc?offset=${2 * PIECE}`,
    'POST /api/uploads/abc/import',
  ]);
  expect(seen).toEqual([0, PIECE, 2 * PIECE, 2 * PIECE + 5]);
});

test('a broken connection costs a piece at most', async () => {
  waits.length = 0;
  const busy = () => new Response(JSON.stringify({ error: 'busy' }), { status: 503 });
  const { s, fetch } = server((n) => (n === 1 ? 'lost' : n === 3 ? busy() : undefined));
  await upload(file(PIECE + 1), { fetch, wait });
  expect(s.have).toBe(PIECE + 1);
  expect(waits).toEqual([pause(1), pause(1)]);
});

test('an upload of before goes on where it is', async () => {
  const { s, fetch } = server();
  s.have = s.size = PIECE;
  s.size += 7;
  await upload(file(PIECE + 7), { fetch, wait, resume: 'abc' });
  expect(s.log.slice(0, 3)).toEqual([
    'PUT /api/uploads/abc?offset=0',
    `PUT /api/uploads/abc?offset=${PIECE}`,
    'POST /api/uploads/abc/import',
  ]);
});

test('what is refused is not tried again, and not left there', async () => {
  const no = (n: number, method: string) =>
    n > 0 && method !== 'DELETE'
      ? new Response(JSON.stringify({ error: 'no capture' }), { status: 422 })
      : undefined;
  const { s, fetch } = server(no);
  await expect(upload(file(3), { fetch, wait })).rejects.toThrow(new Refused(422, 'no capture'));
  expect(s.log.length).toBe(3);
  expect(s.deleted).toBe(true);
});

test('a server that is gone is given up', async () => {
  const { s, fetch } = server((n) => {
    if (n > 0) throw new TypeError('network');
    return undefined;
  });
  await expect(upload(file(3), { fetch, wait })).rejects.toThrow('broken');
  expect(s.deleted).toBe(false); // it may go on later
});

test('aborted, nothing of it stays', async () => {
  const stop = new AbortController();
  const { s, fetch } = server();
  const progress = (n: number) => n > 0 && stop.abort();
  await expect(upload(file(2 * PIECE), { fetch, wait, signal: stop.signal, progress })).rejects.toThrow(
    'abort',
  );
  expect(s.deleted).toBe(true);
});

test('an empty file is refused by the import, not here', async () => {
  const { s, fetch } = server();
  await upload(file(0), { fetch, wait });
  expect(s.log).toEqual(['POST /api/uploads', 'POST /api/uploads/abc/import']);
});

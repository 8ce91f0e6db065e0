// This file sends a capture to the server piece by piece and has it imported.
// docs/page-protocol.md has the requests.

/** Bytes of a piece: what a connection that breaks costs at most. */
export const PIECE = 8 << 20;

/** How often in a row a piece may fail before the upload does. */
const TRIES = 6;

/** Milliseconds to wait before the nth try. */
export const pause = (tries: number) => Math.min(500 * 2 ** tries, 15_000);

/** What the server says of an import. */
export interface Report {
  capture: number;
  already: boolean;
  packets: number;
  events: number;
  connections: unknown[];
  ignored: { connection: unknown; why: string }[];
  more_connections: number;
  more_ignored: number;
  problems: string[];
  gaps: number; // places where bytes are missing
  missing: number; // bytes missing, as far as that is known
}

export interface Options {
  /** Bytes that have arrived; equal to the size while the import runs. */
  progress?: (arrived: number, size: number) => void;
  signal?: AbortSignal;
  /** Is told the id of the upload. */
  begun?: (id: string) => void;
  /** Goes on with an upload of before, by its id. */
  resume?: string;
  /** What sends requests, and what waits: for tests. */
  fetch?: typeof fetch;
  wait?: (ms: number, signal?: AbortSignal) => Promise<void>;
}

interface State {
  id: string;
  offset: number;
  size: number;
}

/** The server has refused for good: sending it again would not help. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    text: string,
  ) {
    super(text);
  }
}

function later(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done, failed) => {
    const stop = () => {
      clearTimeout(timer);
      failed(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      done();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** Sends a file and returns what its import found. Aborted, nothing of it stays. */
export async function upload(file: Blob & { name: string }, o: Options = {}): Promise<Report> {
  const send = o.fetch ?? fetch;
  const wait = o.wait ?? later;
  const call = async (method: string, path: string, body?: BodyInit) => {
    const r = await send(path, { method, body, signal: o.signal });
    return { status: r.status, body: (await r.json()) as Partial<State & Report> & { error?: string } };
  };
  const refused = (a: { status: number; body: { error?: string } }) =>
    new Refused(a.status, a.body.error ?? `the server answered ${a.status}`);

  let id = o.resume;
  if (id === undefined) {
    const made = await call('POST', '/api/uploads', JSON.stringify({ name: file.name, size: file.size }));
    if (made.status !== 201) throw refused(made);
    id = made.body.id!;
  }
  o.begun?.(id);
  const path = `/api/uploads/${encodeURIComponent(id)}`;
  try {
    // Where an upload of before stands, the first answer tells: 409 unless it is at 0.
    for (let offset = 0, tries = 0; offset < file.size || (offset === 0 && o.resume !== undefined);) {
      o.progress?.(offset, file.size);
      const before = offset;
      try {
        const a = await call('PUT', `${path}?offset=${offset}`, file.slice(offset, offset + PIECE));
        const has = a.body.offset;
        if ((a.status === 200 || a.status === 409) && has !== undefined) {
          if (has > file.size) throw new Refused(a.status, 'this is another file than the one begun');
          offset = has;
        } else if (a.status < 500 && a.status !== 400) {
          throw refused(a);
        }
      } catch (e) {
        if (e instanceof Refused || o.signal?.aborted) throw e;
      }
      if (offset > before) {
        tries = 0;
      } else if (file.size > 0) {
        if (++tries === TRIES) throw new Error('the connection to msnscope is broken');
        await wait(pause(tries), o.signal);
      } else {
        break;
      }
    }
    o.progress?.(file.size, file.size);
    const done = await call('POST', `${path}/import`);
    if (done.status !== 200) throw refused(done);
    return done.body as Report;
  } catch (e) {
    if (o.signal?.aborted || e instanceof Refused) await send(path, { method: 'DELETE' }).catch(() => {});
    throw e;
  }
}

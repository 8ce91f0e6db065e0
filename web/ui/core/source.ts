// This file is the page's end of the websocket: it connects, greets, comes
// back after a loss (0.5, 1, 2, 4, 8 s, each ± 20 %), and pairs requests with
// their answers. It knows nothing of views or of the screen.
import type { Err, Hello, ServerMessage } from './protocol';

export type LinkStatus = 'connecting' | 'open' | 'lost';

/** What a Link needs of a WebSocket; tests give their own. */
export interface Socket {
  onopen: ((e: never) => void) | null;
  onmessage: ((e: never) => void) | null;
  onclose: ((e: never) => void) | null;
  send(text: string): void;
  close(): void;
}

export interface LinkOptions {
  open: () => Socket;
  onHello: (h: Hello, change: HelloChange) => void;
  onMessage: (m: ServerMessage) => void;
  onStatus: (link: Link) => void;
  random?: () => number;
}

/** How this hello differs from the one before. */
export interface HelloChange {
  again: boolean; // not the first hello of this page
  restarted: boolean; // another boot of the server
  updated: boolean; // the server now serves another page
}

/** A request that the server refused, or that was lost with the connection. */
export class RequestError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly detail?: Err,
  ) {
    super(message);
  }
}

const BACKOFF = [500, 1000, 2000, 4000, 8000]; // milliseconds

/** The n-th wait before a new attempt, in milliseconds; r is random in [0, 1). */
export function backoff(n: number, r: number): number {
  const base = BACKOFF[Math.min(n, BACKOFF.length - 1)];
  return Math.round(base * (0.8 + 0.4 * r));
}

type Waiting = { resolve: (m: never) => void; reject: (e: RequestError) => void };

export class Link {
  status: LinkStatus = 'connecting';
  retryAt = 0; // Date.now() of the next attempt while lost
  lostAt = 0; // Date.now() of the loss, 0 while connected
  hello: Hello | null = null;
  private socket: Socket | null = null;
  private seq = 0;
  private attempt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private waiting = new Map<number, Waiting>();
  private ended = false;

  constructor(private readonly o: LinkOptions) {
    this.connect();
  }

  /** Tries again now instead of at retryAt. */
  now(): void {
    if (this.status === 'lost') this.connect();
  }

  close(): void {
    this.ended = true;
    clearTimeout(this.timer);
    this.socket?.close();
  }

  /** Sends a frame; does nothing while not connected (the caller re-subscribes on hello). */
  send(frame: object): void {
    if (this.status === 'open') this.socket?.send(JSON.stringify(frame));
  }

  nextSeq(): number {
    return ++this.seq;
  }

  /** Sends a frame with a seq and waits for the `res` that answers it. */
  request<T>(frame: object): Promise<T> {
    if (this.status !== 'open') return Promise.reject(new RequestError('offline', 'not connected'));
    const seq = this.nextSeq();
    return new Promise<T>((resolve, reject) => {
      this.waiting.set(seq, { resolve: resolve as Waiting['resolve'], reject });
      this.send({ ...frame, seq });
    });
  }

  private connect(): void {
    clearTimeout(this.timer);
    this.socket?.close();
    const s = this.o.open();
    this.socket = s;
    this.set('connecting');
    s.onopen = () => {
      const { app = '', boot = '' } = this.hello ?? {};
      s.send(JSON.stringify({ op: 'hello', v: 1, app, boot }));
    };
    s.onmessage = (e: { data: unknown }) => {
      if (this.socket === s) this.receive(String(e.data));
    };
    s.onclose = () => {
      if (this.socket === s) this.lost();
    };
  }

  private receive(text: string): void {
    const m = JSON.parse(text) as ServerMessage;
    if (m.op === 'hello') {
      const before = this.hello;
      this.hello = m;
      this.attempt = 0;
      this.lostAt = 0;
      this.set('open');
      this.o.onHello(m, {
        again: before !== null,
        restarted: before !== null && before.boot !== m.boot,
        updated: before !== null && before.app !== m.app,
      });
      return;
    }
    if ((m.op === 'res' || m.op === 'err') && m.seq) {
      const w = this.waiting.get(m.seq);
      this.waiting.delete(m.seq);
      if (w && m.op === 'res') return w.resolve(m as never);
      if (w && m.op === 'err') return w.reject(new RequestError(m.code, m.msg, m));
    }
    this.o.onMessage(m);
  }

  private lost(): void {
    this.socket = null;
    const all = [...this.waiting.values()];
    this.waiting.clear();
    for (const w of all) w.reject(new RequestError('offline', 'connection lost'));
    if (this.ended) return;
    const wait = backoff(this.attempt++, (this.o.random ?? Math.random)());
    this.retryAt = Date.now() + wait;
    this.lostAt ||= Date.now();
    this.timer = setTimeout(() => this.connect(), wait);
    this.set('lost');
  }

  private set(s: LinkStatus): void {
    // While an attempt to come back runs, the page still says "lost".
    this.status = s === 'connecting' && this.lostAt ? 'lost' : s;
    this.o.onStatus(this);
  }
}

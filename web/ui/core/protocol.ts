// This file gives the shapes of everything that the page and the server say
// to each other (docs/page-protocol.md). Times are Unix microseconds.

import type { HoldState } from './intercept';

/** A row of a view: the parts by position, to keep a window of rows small. */
export type Row = [
  id: number,
  ts: number,
  conn: number,
  role: string,
  dir: number, // 0 client to server, 1 server to client
  kind: number, // see Kind
  cmd: string,
  trid: number | null,
  acc: string,
  size: number,
  lat: number | null, // microseconds
  flags: number, // see Flag
  category: string,
  summary: string,
  session: number,
  mark?: string, // what users have added, absent where there is nothing
  note?: string,
  cookie?: number, // the same for commands with the same switchboard cookie
];

/** Places in a Row. */
export const R = {
  id: 0,
  ts: 1,
  conn: 2,
  role: 3,
  dir: 4,
  kind: 5,
  cmd: 6,
  trid: 7,
  acc: 8,
  size: 9,
  lat: 10,
  flags: 11,
  category: 12,
  summary: 13,
  session: 14,
  mark: 15,
  note: 16,
  cookie: 17,
} as const;

export const Kind = { command: 0, raw: 1, gap: 2, note: 3 } as const;
export const Flag = {
  error: 1,
  rewritten: 2,
  warnings: 4,
  partial: 8,
  unknown: 16,
  open: 32, // a request without an answer when the row was asked for
  late: 64, // and that for more than 5 s
  dropped: 128,
  injected: 256,
} as const;

/** The most rows a window may ask for. */
export const MAX_WINDOW = 512;
/** The most sessions that a page may look at beside its list, and those of the list. */
export const MAX_WATCHED = 512;
export const MAX_LISTED = 1000;

export interface Proxy {
  listen: string[] | null;
  upstream: string;
  addresses: string[] | null;
  live: number; // connections open now
  problem?: string; // what is wrong now
}

export interface Hello {
  op: 'hello';
  v: number;
  boot: string;
  version: string;
  app: string;
  now: number;
  proxy: Proxy | null;
  store: string;
  readonly: boolean;
}

export interface Stat {
  op: 'stat';
  view: number;
  epoch: number;
  total: number;
  all: number;
  errs: number;
  moved?: number; // grows when rows go to other places
  rate: number;
  scan?: number;
  took: number;
  from?: number;
  rows?: Row[];
}

export interface Rows {
  op: 'rows';
  view: number;
  epoch: number;
  seq: number;
  from: number;
  total: number;
  moved?: number;
  rows: Row[] | null;
}

/** What users have added to an event. */
export interface Marked {
  id: number;
  mark: string; // a word: "star", a colour; "" for none
  note: string;
}

/** Marks that have changed; full: any may have, ask anew. */
export interface Marks {
  op: 'marks';
  full: boolean;
  list: Marked[];
}

/** What is wanted to be added up over a view. */
export interface SumWish {
  kinds: ('timeline' | 'numbers' | 'hits')[];
  n?: number; // cells of the timeline
  groups?: number; // sessions with hits
}

/** What was added up over a view so far; scan is the share of the store, absent when it is all. */
export interface Sum {
  op: 'agg';
  view: number;
  epoch: number;
  scan?: number;
  timeline?: { width: number; cells: [number, number, number, number, number, number, number][] };
  numbers?: Numbers;
  hits?: { of: number; uncounted: number; list: SessionHits[] };
}

export interface SessionHits {
  session: number; // 0: of none
  count: number;
  rows: Row[]; // the first ones
}

export interface Flow {
  events: number;
  bytes: number;
}

export interface Latency {
  command: string; // of the request; "": all of the role
  role: string;
  count: number;
  p50: number; // µs
  p95: number;
  p99: number;
  max: number;
}

export interface Numbers {
  totals: {
    events: number;
    directions: [Flow, Flow]; // c2s, s2c
    errors: number;
    raw: number;
    gaps: number;
    notes: number;
  };
  first: number; // µs
  last: number;
  commands: { name: string; count: number; bytes: number; errors: number }[];
  commands_of: number;
  latencies: Latency[];
  answers: number;
  points: [id: number, ts: number, us: number, latency: number][]; // latency: place in latencies
  accounts: ({ account: string } & Flow)[];
  accounts_of: number;
  accounts_lost: number;
  keepalives: {
    count: number;
    p50: number;
    p95: number;
    p99: number;
    max: number;
    bars: [from: number, to: number, count: number][];
  };
}

export interface Connection {
  id: number;
  role: string;
  client: string;
  server: string;
  account?: string;
  chat?: string;
  opened: number;
  closed: number;
  how?: string;
  live: boolean;
  events: number;
  bytes: [number, number];
}

export interface Session {
  id: number;
  account: string;
  name: string;
  client: string;
  dialect: string;
  from: string;
  server: string;
  started: number;
  ended: number;
  live: boolean;
  events: number;
  errors: number;
  chats: number;
  bytes: number;
  imported?: boolean; // its capture was not recorded here
  label?: string; // what users have added
  note?: string;
  pinned?: boolean;
  connections: Connection[] | null;
  kept?: boolean; // as watched: those not listed are as they were
}

/** What there is to say of all sessions together. */
export interface SessionsSum {
  op: 'sessions';
  rev: number; // grows with each change of one
  total: number;
  live: number;
  newest: number; // 0: there is none
  signed: number; // the first one in which a client has said what it speaks, 0: none
}

/** The list of sessions that the page shows: their order if it has changed, and those that have. */
export interface SessionList {
  op: 'list';
  epoch: number;
  total: number;
  from: number;
  ids?: number[];
  list: Session[]; // without their connections
}

/** Sessions that the page looks at, as they are now. */
export interface Watched {
  op: 'watched';
  list: Session[];
  gone: number[]; // those that do not exist
}

/** A refusal: of a request (seq) or of a view's filter (view and epoch). */
export interface Err {
  op: 'err';
  seq?: number;
  view?: number;
  epoch?: number;
  code: string;
  msg: string;
  at?: number; // bytes of the filter
  end?: number;
  suggest?: string;
}

export interface Note {
  op: 'note';
  level: 'info' | 'warn' | 'error';
  text: string;
}

export interface Param {
  name: string;
  value: string;
  meaning?: string;
  type?: string;
  raw?: string;
  secret?: boolean;
  start: number;
  end: number;
}

export interface Header {
  name: string;
  value: string;
  secret?: boolean;
  start: number;
  end: number;
}

export interface Payload {
  type: string;
  charset?: string;
  headers?: Header[] | null;
  fields?: Header[] | null;
  meaning?: Param[] | null;
  body: number;
  text?: string;
  binary?: boolean;
}

export interface Edit {
  start: number;
  end: number;
  old: string;
  new: string;
}

/** One event in full. */
export interface EventObject {
  id: number;
  session: number;
  connection: number;
  role: string;
  client: string;
  server: string;
  dir: 'c2s' | 's2c';
  ts: string; // RFC 3339
  n?: number;
  kind: 'command' | 'raw' | 'gap' | 'note';
  dialect?: string;
  cmd?: string;
  trid?: number | null;
  params?: Param[] | null;
  summary?: string;
  payload?: Payload | null;
  size: number;
  raw?: string; // base64
  answers?: number;
  latency_us?: number;
  delivered?: string; // base64
  warnings?:
    | {
        code: string;
        severity: string;
        text: string;
        event?: number; // that it is about, if another one
        rule?: string;
        source?: string;
      }[]
    | null;
  partial?: boolean;
  mark?: string; // what users have added
  user_note?: string;
  why?: string; // raw: why it is no command
  missing?: number | null; // gap: bytes missing
  note?: string; // note: its name and its words
  text?: string;
  injected?: Pick<
    EventObject,
    'dir' | 'cmd' | 'trid' | 'params' | 'summary' | 'payload' | 'size' | 'raw' | 'line' | 'body'
  >;
  title?: string;
  category?: string;
  note_on?: string;
  line?: number;
  body?: number;
  truncated?: boolean;
  partner?: number;
  edits?: Edit[] | null;
}

export interface Completion {
  text: string;
  hint?: string;
  count?: number;
}

export type ServerMessage =
  | Hello
  | { op: 'proxy'; proxy: Proxy | null }
  | { op: 'hold'; hold: HoldState }
  | Stat
  | Rows
  | Sum
  | SessionsSum
  | SessionList
  | Watched
  | Marks
  | ({ op: 'res'; seq: number } & Record<string, unknown>)
  | Err
  | Note;

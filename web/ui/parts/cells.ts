// This file turns a row of the server into the texts of the table's cells.

import { Flag, Kind, R, type Connection, type Row, type Session } from '../core/protocol';
import * as format from '../core/format';
import { visible } from '../core/bytes';
import { colour, words } from '../core/marks';

/** One row as it is painted. Kept as long as it is on screen, so that nothing is written twice. */
export interface Item {
  key: number; // place in the pool
  i: number; // index in the view
  row: Row | undefined;
  id: number;
  num: string;
  sess: string;
  time: string;
  gap: string;
  slow: boolean;
  dir: string;
  dirWords: string;
  conn: string;
  cmd: string;
  trid: string;
  acc: string;
  text: string;
  size: string;
  lat: string;
  late: boolean;
  cls: string;
  icon: string;
  iconWords: string;
  star: string; // ★ and ¶ of what users have added
  starWords: string;
  starClass: string;
}

/** What the texts depend on beside the row. */
export interface Look {
  zone: format.Zone;
  base: number | null; // times are told relative to it, Unix µs
  labels: Map<number, string>; // of connections
  all: boolean; // several sessions
}

const CATEGORIES = new Set(['auth', 'presence', 'lists', 'chat', 'control', 'error', 'proxy']);
const SLOW_GAP = 1_000_000; // µs
const LATE = 1_000_000; // µs after which an answer is slow

const KINDS: Record<number, string> = { [Kind.raw]: 'raw', [Kind.gap]: 'gap', [Kind.note]: 'note' };

/** The texts of a row; before is the row above it. */
export function item(
  i: number,
  pool: number,
  row: Row | undefined,
  before: Row | undefined,
  look: Look,
): Item {
  if (!row) return { ...EMPTY, key: i % pool, i };
  const flags = row[R.flags];
  const us = row[R.ts];
  const gap = before ? us - before[R.ts] : 0;
  const kind = row[R.kind];
  const note = kind === Kind.note;
  const [icon, iconWords] = mark(flags, kind);
  const error = (flags & Flag.error) !== 0;
  return {
    key: i % pool,
    i,
    row,
    id: row[R.id],
    num: format.eventId(row[R.id]),
    sess: look.all ? format.sessionId(row[R.session]) : '',
    time: look.base === null ? format.time(us, look.zone) : format.relative(us, look.base),
    gap: before ? (gap < 0 ? '−' : '+') + format.span(Math.abs(gap)).replace(' ', '') : '',
    slow: gap > SLOW_GAP,
    dir: note ? '◆' : row[R.dir] === 0 ? 'C ▶' : '◀ S',
    dirWords: note ? 'proxy' : row[R.dir] === 0 ? 'client to server' : 'server to client',
    conn: look.labels.get(row[R.conn]) ?? row[R.role],
    cmd: kind === Kind.command ? visible(row[R.cmd]) : note ? '' : KINDS[kind],
    trid: row[R.trid] === null ? '' : String(row[R.trid]),
    acc: visible(row[R.acc]),
    text: visible(
      note && row[R.cmd] ? `${row[R.cmd]}${row[R.summary] ? ': ' + row[R.summary] : ''}` : row[R.summary],
    ),
    size: kind === Kind.gap || note ? '' : format.num(row[R.size]),
    lat: row[R.lat] === null ? '' : format.span(row[R.lat]!),
    late: (row[R.lat] ?? 0) > LATE,
    cls:
      (error ? 'error' : CATEGORIES.has(row[R.category]) ? row[R.category] : 'plain') +
      (row[R.dir] === 0 ? ' c2s' : ' s2c'),
    icon,
    iconWords,
    star: (row[R.mark] ? '★' : '') + (row[R.note] ? '¶' : ''),
    starWords: visible(words(row[R.mark], row[R.note])),
    starClass: colour(row[R.mark]),
  };
}

const EMPTY: Omit<Item, 'key' | 'i'> = {
  row: undefined,
  id: 0,
  num: '',
  sess: '',
  time: '',
  gap: '',
  slow: false,
  dir: '',
  dirWords: '',
  conn: '',
  cmd: '',
  trid: '',
  acc: '',
  text: '',
  size: '',
  lat: '',
  late: false,
  cls: 'plain',
  icon: '',
  iconWords: '',
  star: '',
  starWords: '',
  starClass: '',
};

function mark(flags: number, kind: number): [icon: string, words: string] {
  if (flags & Flag.rewritten) return ['✎', 'rewritten by the proxy'];
  if (flags & Flag.error) return ['!', 'error reply'];
  if (flags & Flag.warnings) return ['⚠', 'has warnings'];
  if (flags & Flag.partial) return ['…', 'a piece of a command'];
  if (kind === Kind.gap) return ['⋯', 'packets missing'];
  if (flags & Flag.unknown) return ['?', 'unknown command'];
  return ['', ''];
}

/** Names of connections: "SB1", "SB2"; "NS", or "NS2" where a session has several of them. */
export function connectionLabels(sessions: Session[]): Map<number, string> {
  const out = new Map<number, string>();
  for (const s of sessions) {
    const count = new Map<string, number>();
    const list: Connection[] = s.connections ?? [];
    for (const c of list) count.set(c.role, (count.get(c.role) ?? 0) + 1);
    const n = new Map<string, number>();
    for (const c of list) {
      const k = (n.get(c.role) ?? 0) + 1;
      n.set(c.role, k);
      out.set(c.id, (c.role || '?') + (c.role === 'SB' || count.get(c.role)! > 1 ? k : ''));
    }
  }
  return out;
}

/** The filter term for a cell's value; null where there is none. */
export function term(col: string, row: Row): [field: string, value: string] | null {
  switch (col) {
    case 'dir':
      return ['dir', row[R.dir] === 0 ? 'c2s' : 's2c'];
    case 'conn':
      return ['conn', String(row[R.conn])];
    case 'sess':
      return ['sess', String(row[R.session])];
    case 'cmd':
      return row[R.kind] === Kind.command ? ['cmd', row[R.cmd]] : null;
    case 'trid':
      return row[R.trid] === null ? null : ['trid', String(row[R.trid])];
    case 'acc':
      return row[R.acc] ? ['acc', row[R.acc]] : null;
    case 'num':
      return ['id', String(row[R.id])];
    case 'size':
      return ['size', String(row[R.size])];
  }
  return null;
}

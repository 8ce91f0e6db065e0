// This file turns a row of the server into the texts of the table's cells.

import { Flag, Kind, R, type Connection, type Row, type Session } from '../core/protocol';
import * as format from '../core/format';
import { visible } from '../core/bytes';
import { changeOf, NOTED } from '../core/changes';
import { colour, words } from '../core/marks';

/** One row as it is painted. Kept as long as it is on screen, so that nothing is written twice. */
export interface Item {
  key: number; // place in the pool
  i: number; // index in the view
  row: Row | undefined;
  id: number;
  gapped: boolean; // the gap to the row above is told
  cells: Record<string, string>; // by column
  cls: string;
  classes: Record<string, string>; // of cells
  words: Record<string, string>; // what is read out in place of a cell's signs
  star: Star | null;
}

/** What users have added to an event, as it stands before the summary. */
export interface Star {
  signs: string; // ★ and ¶
  words: string; // what they say
  cls: string; // of the mark's colour
}

/** What the texts depend on beside the row. */
export interface Look {
  zone: format.Zone;
  base: number | null; // times are told relative to it, Unix µs
  above: boolean; // times are told relative to the row above
  label: (conn: number, role: string) => string; // of a connection
  all: boolean; // several sessions
  limit: (role: string) => number; // µs above which an answer's latency is unusual
}

const CATEGORIES = new Set(['auth', 'presence', 'lists', 'chat', 'control', 'error', 'proxy']);
const SLOW_GAP = 1_000_000; // µs

const KINDS: Record<number, string> = { [Kind.raw]: 'raw', [Kind.gap]: 'gap', [Kind.note]: 'note' };
const NONE = {};

/** The texts of the row at index i, to be painted at a place of the pool; before is the row above it. */
export function item(
  i: number,
  key: number,
  row: Row | undefined,
  before: Row | undefined,
  look: Look,
): Item {
  if (!row)
    return {
      key,
      i,
      row,
      id: 0,
      gapped: false,
      cells: LOADING,
      cls: 'plain',
      classes: NONE,
      words: NONE,
      star: null,
    };
  const flags = row[R.flags];
  const us = row[R.ts];
  const gap = before ? us - before[R.ts] : 0;
  const kind = row[R.kind];
  const note = kind === Kind.note;
  const [icon, iconWords] = mark(flags, kind, row[R.cmd]);
  const lat = row[R.lat];
  const classes: Record<string, string> = {};
  if (gap > SLOW_GAP) classes.gap = 'slow';
  if (lat !== null ? lat > look.limit(row[R.role]) : flags & Flag.late) classes.lat = 'late';
  return {
    key,
    i,
    row,
    id: row[R.id],
    gapped: before !== undefined,
    cells: {
      icon,
      num: format.eventId(row[R.id]),
      sess: look.all ? format.sessionId(row[R.session]) : '',
      time: look.above
        ? before
          ? format.seconds(gap)
          : ''
        : look.base === null
          ? format.time(us, look.zone)
          : format.relative(us, look.base),
      gap: before ? (gap < 0 ? '−' : '+') + format.span(Math.abs(gap)).replace(' ', '') : '',
      dir: note ? '◆' : row[R.dir] === 0 ? 'C ▶' : '◀ S',
      conn: look.label(row[R.conn], row[R.role]),
      cmd: kind === Kind.command ? visible(row[R.cmd]) : note ? '' : KINDS[kind],
      trid: row[R.trid] === null ? '' : String(row[R.trid]),
      acc: visible(row[R.acc]),
      text: visible(
        note && row[R.cmd] ? `${row[R.cmd]}${row[R.summary] ? ': ' + row[R.summary] : ''}` : row[R.summary],
      ),
      size: kind === Kind.gap || note ? '' : format.num(row[R.size]),
      lat: lat !== null ? format.span(lat) : flags & Flag.late ? 'no answer' : '',
    },
    cls:
      (flags & Flag.error ? 'error' : CATEGORIES.has(row[R.category]) ? row[R.category] : 'plain') +
      (row[R.dir] === 0 ? ' c2s' : ' s2c') +
      (flags & Flag.dropped ? ' dropped' : ''),
    classes,
    words: {
      icon: iconWords,
      dir: note ? 'proxy' : row[R.dir] === 0 ? 'client to server' : 'server to client',
    },
    star: row[R.mark] || row[R.note] ? starOf(row[R.mark], row[R.note]) : null,
  };
}

const LOADING = { text: 'loading …' };

function starOf(mark: string | undefined, note: string | undefined): Star {
  return {
    signs: (mark ? '★' : '') + (note ? '¶' : ''),
    words: visible(words(mark, note)),
    cls: colour(mark),
  };
}

function mark(flags: number, kind: number, cmd: string): [icon: string, words: string] {
  const change = kind === Kind.note ? (NOTED[cmd] ?? null) : changeOf(flags, cmd);
  if (change) return [change.icon, change.words];
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

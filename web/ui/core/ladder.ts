// This file draws the ladder: from rows of a view to lines and words with
// places, without a browser. One row of the table is one step of the ladder.

import { Flag, Kind, R, type Row } from './protocol';
import { openAt, placesOf, type Lanes } from './lanes';
import { span } from './format';
import { visible } from './bytes';
import { changeOf, NOTED } from './changes';

const BREAK = 1_000_000; // µs: a longer gap is drawn
const LABEL = 12; // px between two labels
const LEVELS = 6; // brackets beside each other
const MAX_WORDS = 80; // characters of a note

/** A row that is or may be in sight. */
export interface Step {
  i: number; // index in the view
  row: Row;
}

/** One event as it is drawn. */
export interface Mark {
  i: number;
  id: number;
  y: number; // of its line
  cls: string;
  lines: { x1: number; x2: number; dashed: boolean }[];
  heads: { x: number; right: boolean }[];
  label: string; // "" if another one is in the way
  labelX: number;
  end: boolean; // the label ends at labelX
  latency: string;
  latencyX: number;
  change: { x: number; icon: string; words: string } | null; // what the proxy did
  words: string; // all of it as a sentence
}

export interface Bracket {
  x: number;
  top: number;
  ys: number[]; // of the answers
  to: number; // x of the client
  known: boolean; // the request is among the rows
}

export interface Figure {
  width: number;
  height: number;
  lanes: { key: string; label: string; x: number; kind: string; open: [number, number][] }[];
  marks: Mark[];
  brackets: Bracket[];
  breaks: { y: number; text: string }[];
  links: { x1: number; x2: number; y1: number; y2: number; text: string }[];
  ticks: { y: number; text: string }[];
}

export interface Options {
  width: number;
  height: number;
  row: number; // px a row
  first: number; // index of the first row in sight
  offset: number; // px by which it is scrolled out
  last: number;
  scale: boolean; // true to time instead of a row each
  names: Map<number, string>; // of connections
}

/** Draws the steps; those out of sight only for what joins them to others. */
export function draw(steps: Step[], lanes: Lanes, o: Options): Figure {
  const { xs, width } = placesOf(lanes.list.length, o.width);
  const seen = steps.filter((s) => s.i >= o.first && s.i <= o.last);
  const yOf = o.scale ? scaled(seen, o) : (s: Step) => (s.i - o.first) * o.row - o.offset + o.row * 0.74;
  const marks: Mark[] = [];
  let labelled = -Infinity;
  const last = new Map<number, number>(); // lane -> connection seen last on it
  for (const s of seen) {
    const m = mark(s, lanes, xs, yOf(s), width, o.names);
    const lane = lanes.of.get(s.row[R.conn]);
    if (lane !== undefined && m.lines.length) {
      // On a lane that several connections share, each says which it is.
      const conn = s.row[R.conn];
      if (lanes.list[lane].spans.length > 1 && last.get(lane) !== conn)
        m.label += ` · ${o.names.get(conn) ?? ''}`;
      last.set(lane, conn);
    }
    if (o.scale && m.y - labelled < LABEL) m.label = m.latency = '';
    else labelled = m.y;
    marks.push(m);
  }
  return {
    width,
    height: o.height,
    lanes: lanes.list.map((l, k) => ({
      key: l.key,
      label: nameIn(seen, lanes, k, o.names) ?? l.label,
      x: xs[k],
      kind: l.kind,
      open: l.spans.length ? openParts(seen, (us) => openAt(l, us) !== null, yOf, o) : [[0, o.height]],
    })),
    marks,
    brackets: brackets(steps, yOf, xs[0], o),
    breaks: o.scale ? [] : breaks(steps, o),
    links: links(steps, lanes, xs, yOf, o),
    ticks: o.scale ? ticks(seen, yOf) : [],
  };
}

// True to scale: the rows in sight between the first and the last pixel.
function scaled(seen: Step[], o: Options): (s: Step) => number {
  const t0 = seen[0]?.row[R.ts] ?? 0;
  const t1 = seen[seen.length - 1]?.row[R.ts] ?? t0;
  const top = 18;
  const room = Math.max(1, Math.min(o.height, (o.last - o.first + 1) * o.row) - top - 10);
  return (s) => top + (t1 > t0 ? ((s.row[R.ts] - t0) / (t1 - t0)) * room : (s.i - o.first) * 2);
}

const CATEGORIES = new Set(['auth', 'presence', 'lists', 'chat', 'control', 'error', 'proxy']);

function mark(
  s: Step,
  lanes: Lanes,
  xs: number[],
  y: number,
  width: number,
  names: Map<number, string>,
): Mark {
  const r = s.row;
  const flags = r[R.flags];
  const client = xs[0];
  const far = xs[lanes.of.get(r[R.conn]) ?? xs.length - 1];
  const proxy = lanes.proxy >= 0 ? xs[lanes.proxy] : null;
  const right = r[R.dir] === 0;
  const server = names.get(r[R.conn]) || r[R.role] || 'the server';
  const m: Mark = {
    i: s.i,
    id: r[R.id],
    y,
    cls: flags & Flag.error ? 'error' : CATEGORIES.has(r[R.category]) ? r[R.category] : 'plain',
    lines: [],
    heads: [],
    label: '',
    labelX: 0,
    end: false,
    latency: '',
    latencyX: 0,
    change: null,
    words: '',
  };
  const text = visible(r[R.summary]);
  if (r[R.kind] === Kind.note) {
    m.cls = 'note';
    m.label = cut(`◆ ${visible(r[R.cmd])}${text ? ': ' + text : ''}`);
    m.labelX = (proxy ?? client) + 7;
    m.change = { x: proxy ?? client, icon: NOTED[r[R.cmd]]?.icon ?? '', words: visible(r[R.cmd]) };
    m.words = `proxy, ${server}: ${visible(r[R.cmd])} ${text}`;
    return m;
  }
  if (r[R.kind] === Kind.gap) {
    m.cls = 'gap';
    m.lines = [{ x1: client, x2: far, dashed: true }];
    m.label = cut(`⋯ ${text}`);
    m.labelX = client + 8;
    m.words = `${server}: ${text}`;
    return m;
  }
  const name = r[R.kind] === Kind.raw ? 'raw' : visible(r[R.cmd]);
  const trid = r[R.trid] === null ? '' : ` ${r[R.trid]}`;
  m.label = cut(name + trid);
  const from = right ? client : far;
  const to = right ? far : client;
  const dropped = (flags & Flag.dropped) !== 0 && proxy !== null;
  const injected = (flags & Flag.injected) !== 0 && proxy !== null;
  const halves =
    proxy === null
      ? [[from, to]]
      : [
          [from, proxy],
          [proxy, to],
        ];
  if (dropped) halves.pop();
  if (injected) halves.shift();
  for (const [a, b] of halves) {
    m.lines.push({ x1: a, x2: b, dashed: false });
    m.heads.push({ x: b, right: b > a });
  }
  // The label stands where the command begins, the latency where it ends.
  m.end = !right;
  m.labelX = injected ? proxy! + (right ? 8 : -8) : right ? client + 8 : far - 8;
  if (r[R.lat] !== null) {
    m.latency = span(r[R.lat]!);
    m.latencyX = right ? far - 8 : client + 10;
  } else if (flags & Flag.late) {
    m.latency = 'no answer';
    m.latencyX = far - 8;
  }
  const what = changeOf(flags, r[R.cmd]);
  if (what) m.change = { x: proxy ?? far, ...what };
  m.words =
    (right ? `client to ${server}: ` : `${server} to client: `) +
    `${name}${trid}${text ? ', ' + text : ''}` +
    (r[R.lat] !== null ? `, answered after ${m.latency}` : m.latency ? `, ${m.latency}` : '') +
    (what ? `, ${what.words}` : '');
  if (m.labelX > width) m.labelX = width;
  return m;
}

function cut(s: string): string {
  return s.length > MAX_WORDS ? s.slice(0, MAX_WORDS - 1) + '…' : s;
}

// The name of the connection that a shared lane belongs to among the rows in sight.
function nameIn(seen: Step[], lanes: Lanes, lane: number, names: Map<number, string>): string | undefined {
  if (lanes.list[lane].spans.length < 2) return undefined;
  for (let k = seen.length - 1; k >= 0; k--) {
    const conn = seen[k].row[R.conn];
    if (lanes.of.get(conn) === lane) return names.get(conn);
  }
  return undefined;
}

function openParts(
  seen: Step[],
  open: (us: number) => boolean,
  yOf: (s: Step) => number,
  o: Options,
): [number, number][] {
  const out: [number, number][] = [];
  let from: number | null = null;
  for (const s of seen) {
    const is = open(s.row[R.ts]);
    const y = yOf(s);
    if (is && from === null) from = s.i === o.first ? 0 : y;
    if (!is && from !== null) {
      out.push([from, y - (o.scale ? 0 : o.row / 2)]);
      from = null;
    }
  }
  if (from !== null) out.push([from, o.height]);
  return out;
}

// A bracket joins a request to its answers, at the client's side.
function brackets(steps: Step[], yOf: (s: Step) => number, client: number, o: Options): Bracket[] {
  const asked = new Map<string, Step>();
  const open = new Map<string, { from: Step | null; answers: Step[] }>();
  for (const s of steps) {
    const r = s.row;
    if (r[R.kind] !== Kind.command || !r[R.trid]) continue;
    const key = `${r[R.conn]} ${r[R.trid]}`;
    if (r[R.dir] === 0) {
      asked.set(key, s);
      open.delete(key);
      continue;
    }
    if (r[R.lat] === null) continue;
    const b = open.get(key);
    if (b) b.answers.push(s);
    else open.set(key, { from: asked.get(key) ?? null, answers: [s] });
  }
  const busy: number[] = []; // last index of each level
  const out: Bracket[] = [];
  const all = [...open.values()]
    .map((b) => ({ ...b, first: b.from?.i ?? -1, last: b.answers[b.answers.length - 1].i }))
    .filter((b) => b.last >= o.first && b.first <= o.last)
    .sort((a, b) => a.first - b.first || a.last - b.last);
  for (const b of all) {
    let level = busy.findIndex((end) => end < b.first);
    if (level < 0) level = busy.length;
    if (level >= LEVELS) continue;
    busy[level] = b.last;
    const inSight = (s: Step) => s.i >= o.first && s.i <= o.last;
    const ys = b.answers.filter(inSight).map(yOf);
    if (b.last > o.last) ys.push(o.height + 20);
    out.push({
      x: client - 6 - level * 5,
      top: b.from && inSight(b.from) ? yOf(b.from) : -20,
      ys,
      to: client - 2,
      known: b.from !== null && inSight(b.from),
    });
  }
  return out;
}

function breaks(steps: Step[], o: Options): { y: number; text: string }[] {
  const out = [];
  let before: Step | undefined;
  for (const s of steps) {
    if (before && before.i === s.i - 1 && s.i >= o.first && s.i <= o.last) {
      const gap = s.row[R.ts] - before.row[R.ts];
      if (gap > BREAK) out.push({ y: (s.i - o.first) * o.row - o.offset, text: span(gap) });
    }
    before = s;
  }
  return out;
}

// What opened a switchboard connection: USR shows the cookie of an XFR, ANS that
// of a RNG (draft 8.1, 8.4).
const OPENS: Record<string, string> = { USR: 'XFR', ANS: 'RNG' };

function links(
  steps: Step[],
  lanes: Lanes,
  xs: number[],
  yOf: (s: Step) => number,
  o: Options,
): Figure['links'] {
  const out: Figure['links'] = [];
  const gave = new Map<number, Step>(); // by cookie
  for (const s of steps) {
    const r = s.row;
    const cookie = r[R.cookie];
    if (r[R.kind] !== Kind.command || !cookie) continue;
    if (r[R.dir] === 1 && r[R.role] === 'NS' && (r[R.cmd] === 'XFR' || r[R.cmd] === 'RNG')) {
      gave.set(cookie, s);
      continue;
    }
    const by = r[R.dir] === 0 && r[R.role] === 'SB' ? OPENS[r[R.cmd]] : undefined;
    const x = by && gave.get(cookie);
    if (!x || x.row[R.cmd] !== by || x.i > o.last || s.i < o.first) continue;
    const a = lanes.of.get(x.row[R.conn]);
    const b = lanes.of.get(r[R.conn]);
    if (a === undefined || b === undefined) continue;
    out.push({
      x1: xs[a],
      x2: xs[b],
      y1: x.i < o.first ? -20 : yOf(x),
      y2: s.i > o.last ? o.height + 20 : yOf(s),
      text: `${by} opens ${o.names.get(r[R.conn]) ?? 'the switchboard'}`,
    });
  }
  return out;
}

const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500];

/** A round number of µs near one. */
export function roundStep(us: number): number {
  for (const unit of [1, 1e3, 1e6])
    for (const s of STEPS) if (s * unit >= us && s * unit < 30e6) return s * unit;
  for (const s of [30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400]) if (s * 1e6 >= us) return s * 1e6;
  return Math.ceil(us / 86400e6) * 86400e6;
}

function ticks(seen: Step[], yOf: (s: Step) => number): { y: number; text: string }[] {
  if (seen.length < 2) return [];
  const [a, b] = [seen[0], seen[seen.length - 1]];
  const [t0, t1, y0, y1] = [a.row[R.ts], b.row[R.ts], yOf(a), yOf(b)];
  if (t1 <= t0) return [];
  const step = roundStep(((t1 - t0) / Math.max(1, y1 - y0)) * 70);
  const out = [];
  for (let t = 0; t <= t1 - t0 && out.length < 200; t += step)
    out.push({ y: y0 + (t / (t1 - t0)) * (y1 - y0), text: t === 0 ? '0' : '+' + span(t) });
  return out;
}

/** A sentence about a drawing, for those who do not see it. */
export function sentence(f: Figure): string {
  const servers = f.lanes.filter((l) => l.kind === 'server').map((l) => l.label);
  const changed = f.marks.filter((m) => m.change && m.cls !== 'note').length;
  return (
    `Ladder of ${f.marks.length} events in sight between the client and ${servers.join(', ') || 'no server'}` +
    (changed ? `; the proxy changed ${changed} of them` : '') +
    (f.breaks.length ? `; ${f.breaks.length} pauses longer than a second` : '') +
    '. The table tells the same.'
  );
}

// This file turns addresses into what the page shows and back. Every state
// worth coming back to is in the address.

import type { Range } from './bytes';
import { formatAsked, parseAsked, type Asked } from './compareroute';
import { formatReplay, parseReplay, type ReplayAsked } from './replayroute';
import { withTime } from './timeline';

export type TimeMode = 'local' | 'utc' | 'session' | 'selected' | 'prev'; // prev: since the row above

export interface Route {
  screen:
    | 'sessions'
    | 'events'
    | 'ladder'
    | 'chat'
    | 'contacts'
    | 'files'
    | 'stats'
    | 'intercept'
    | 'import'
    | 'search'
    | 'compare'
    | 'replay'
    | 'help'
    | 'unknown';
  session: number; // 0: the events of all sessions
  event: number; // 0: none selected
  chat: number; // of the chat screen, 0: none chosen
  q: string;
  bytes: Range | null; // of the selected event, end exclusive
  follow: boolean;
  time: TimeMode | null; // null: as in the settings
  cols: string; // columns of the table (core/columns.ts), "": as in the settings
  ladder: boolean; // the ladder stands beside the table
  scale: boolean; // the ladder is true to time
  section: string; // of the help
  compare: Asked | null; // what the compare screen compares
  replay: ReplayAsked | null; // how the replay screen plays its session
  part: InterceptPart; // of the intercept screen
  held: number; // the held command looked at, 0: none
  mark: number; // of the contacts screen: the event to compare with, 0: none
  who: string; // of the contacts screen: whose changes are shown, "": everybody's
}

export type InterceptPart = '' | 'rules' | 'compose' | 'done';
const PARTS: InterceptPart[] = ['rules', 'compose', 'done'];

export const home: Route = {
  screen: 'sessions',
  session: 0,
  event: 0,
  chat: 0,
  q: '',
  bytes: null,
  follow: false,
  time: null,
  cols: '',
  ladder: false,
  scale: false,
  section: '',
  compare: null,
  replay: null,
  part: '',
  held: 0,
  mark: 0,
  who: '',
};

export const MODES: TimeMode[] = ['local', 'utc', 'session', 'selected', 'prev'];

/** "/s/12/e/50412?q=cmd:MSG&b=34-39" -> what it means. */
export function parse(path: string, search = '', hash = ''): Route {
  const p = new URLSearchParams(search);
  const r: Route = { ...home, q: p.get('q') ?? '', follow: p.get('follow') === '1' };
  const time = p.get('t');
  r.time = p.get('dt') === 'prev' ? 'prev' : (MODES.find((m) => m === time) ?? null);
  r.cols = p.get('cols') ?? '';
  r.ladder = p.get('pane') === 'ladder';
  r.scale = p.get('scale') === '1';
  const b = /^(\d{1,9})-(\d{1,9})$/.exec(p.get('b') ?? '');
  if (b && Number(b[1]) <= Number(b[2])) r.bytes = { start: Number(b[1]), end: Number(b[2]) + 1 };
  const at = /^\d{1,15}$/.exec(p.get('at') ?? '');
  if (at) r.event = Number(at[0]);
  const parts = path.split('/').filter(Boolean);
  if (parts.length === 0) return r;
  if (parts.length === 1 && (parts[0] === 'import' || parts[0] === 'search'))
    return { ...r, screen: parts[0] };
  const id = (s: string | undefined) => (s && /^\d{1,15}$/.test(s) ? Number(s) : 0);
  if (parts.length === 1 && parts[0] === 'help') return { ...r, screen: 'help', section: unescaped(hash) };
  if (parts.length === 1 && parts[0] === 'compare')
    return { ...r, event: 0, screen: 'compare', compare: parseAsked(p) };
  if (parts.length === 2 && parts[0] === 'replay' && id(parts[1]))
    return { ...r, event: 0, screen: 'replay', session: id(parts[1]), replay: parseReplay(p) };
  if (parts[0] === 'intercept') return intercept(r, parts.slice(1), id);
  let rest: string[];
  if (parts[0] === 'all') rest = parts.slice(1);
  else if (parts[0] === 's' && id(parts[1]) > 0) {
    r.session = id(parts[1]);
    rest = parts.slice(2);
  } else return { ...r, screen: 'unknown' };
  if (rest.length === 1 && rest[0] === 'ladder') return { ...r, screen: 'ladder' };
  if (rest.length === 1 && rest[0] === 'stats') {
    const [from, to] = [Number(p.get('from')), Number(p.get('to'))];
    if (from > 0 && to >= from && to < 8e15) r.q = withTime(r.q, from, to);
    return { ...r, screen: 'stats' };
  }
  if (rest[0] === 'chat' && r.session && rest.length <= 2 && (rest.length === 1 || id(rest[1]) > 0)) {
    return { ...r, screen: 'chat', chat: id(rest[1]) };
  }
  if (rest.length === 1 && rest[0] === 'contacts' && r.session) {
    return { ...r, screen: 'contacts', mark: id(p.get('mark') ?? ''), who: p.get('who') ?? '' };
  }
  if (rest.length === 1 && rest[0] === 'files') return { ...r, screen: 'files' };
  if (rest.length === 2 && rest[0] === 'e' && id(rest[1]) > 0) r.event = id(rest[1]);
  else if (rest.length > 0) return { ...r, screen: 'unknown' };
  return { ...r, screen: 'events' };
}

// "/intercept", "/intercept/h/77", "/intercept/rules"
function intercept(r: Route, rest: string[], id: (s: string | undefined) => number): Route {
  const part = PARTS.find((p) => p === rest[0]);
  if (rest.length === 0) return { ...r, screen: 'intercept' };
  if (rest.length === 1 && part) return { ...r, screen: 'intercept', part };
  if (rest.length === 2 && rest[0] === 'h' && id(rest[1]))
    return { ...r, screen: 'intercept', held: id(rest[1]) };
  return { ...r, screen: 'unknown' };
}

/** The address of a route. */
export function format(r: Route): string {
  if (r.screen === 'intercept') return '/intercept' + (r.part ? `/${r.part}` : r.held ? `/h/${r.held}` : '');
  if (r.screen === 'replay') {
    const p = [...formatReplay(r.replay), query(r.q)].filter(Boolean);
    return `/replay/${r.session}${p.length ? '?' + p.join('&') : ''}`;
  }
  if (r.screen === 'contacts') {
    const p = [
      r.event ? `at=${r.event}` : '',
      r.mark ? `mark=${r.mark}` : '',
      r.who ? `who=${encodeURIComponent(r.who)}` : '',
      r.time ? `t=${r.time}` : '',
    ].filter(Boolean);
    return `/s/${r.session}/contacts${p.length ? '?' + p.join('&') : ''}`;
  }
  if (r.screen === 'help') return '/help' + (r.section ? '#' + encodeURIComponent(r.section) : '');
  if (r.screen === 'compare') return `/compare${formatAsked(r.compare, r.q)}`;
  if (r.screen === 'import') return '/import';
  if (r.screen === 'search' || r.screen === 'stats') {
    const path = r.screen === 'search' ? '/search' : `${r.session ? `/s/${r.session}` : '/all'}/stats`;
    const p = [query(r.q), r.time ? `t=${r.time}` : ''].filter(Boolean);
    return p.length ? `${path}?${p.join('&')}` : path;
  }
  if (r.screen === 'chat') {
    const p = [r.event ? `at=${r.event}` : '', r.time ? `t=${r.time}` : ''].filter(Boolean);
    return `/s/${r.session}/chat${r.chat ? `/${r.chat}` : ''}${p.length ? '?' + p.join('&') : ''}`;
  }
  if (r.screen === 'files') {
    const t = r.time ? `?t=${r.time}` : '';
    return (r.session ? `/s/${r.session}/files` : '/all/files') + t;
  }
  if (r.screen !== 'events' && r.screen !== 'ladder') return '/';
  let path = r.session ? `/s/${r.session}` : '/all';
  const p: string[] = [];
  if (r.screen === 'ladder') {
    path += '/ladder';
    if (r.event) p.push(`at=${r.event}`);
  } else if (r.event) path += `/e/${r.event}`;
  if (r.q) p.push(query(r.q));
  if (r.event && r.bytes) p.push(`b=${r.bytes.start}-${r.bytes.end - 1}`);
  if (r.follow && !r.event) p.push('follow=1');
  if (r.time) p.push(r.time === 'prev' ? 'dt=prev' : 't=' + r.time);
  if (r.cols && r.screen === 'events') p.push('cols=' + r.cols.replace(/[^a-z0-9:,]/g, ''));
  if (r.ladder && r.screen === 'events') p.push('pane=ladder');
  if (r.scale) p.push('scale=1');
  return p.length ? `${path}?${p.join('&')}` : path;
}

function unescaped(hash: string): string {
  try {
    return decodeURIComponent(hash.replace(/^#/, ''));
  } catch {
    return '';
  }
}

function query(q: string): string {
  return q ? 'q=' + encodeURIComponent(q).replace(/%3A/g, ':').replace(/%20/g, '+') : '';
}

/** The scope of a route, as the server names it. */
export function scope(r: Route): string {
  return r.session ? `s/${r.session}` : 'all';
}

// This file gives the connections of sessions their lanes in the ladder: client
// and proxy on the left, then the servers. A few connections have a lane each;
// many share lanes, those that were open at the same time never the same one.

import type { Connection, Session } from './protocol';

/** Connections up to this number have a lane each. */
export const OWN_LANES = 10;
/** Beyond this many connections there is one lane a role. */
export const MAX_SPANS = 20_000;

/** The time in which a connection was open, Unix µs. */
export interface Span {
  conn: number;
  from: number;
  to: number; // Infinity: still open
}

export interface Lane {
  key: string;
  kind: 'client' | 'proxy' | 'server';
  label: string;
  spans: Span[]; // in the order of their beginnings; none: open all the time
}

export interface Lanes {
  list: Lane[];
  of: Map<number, number>; // connection -> its place in list
  proxy: number; // place in list, -1: no proxy
}

const ROLES = ['DS', 'NS', 'SB', 'FT', 'GW'];
const USUAL = ['NS', 'SB'];

/**
 * The lanes of sessions; proxied says whether what was captured came through a
 * proxy, some that there are more sessions than these: then the lanes stay the
 * same whichever these are, one a role.
 */
export function lanesOf(
  sessions: Session[],
  proxied: boolean,
  names: Map<number, string>,
  some = false,
): Lanes {
  const list: Lane[] = [{ key: 'client', kind: 'client', label: 'Client', spans: [] }];
  if (proxied) list.push({ key: 'proxy', kind: 'proxy', label: 'Proxy', spans: [] });
  const of = new Map<number, number>();
  const conns = sessions.flatMap((s) => s.connections ?? []);
  const roles = [...ROLES, ...new Set(conns.map((c) => c.role).filter((r) => !ROLES.includes(r)))];
  const own = conns.length <= OWN_LANES && !some;
  for (const role of roles) {
    const mine = conns.filter((c) => c.role === role).sort((a, b) => a.opened - b.opened || a.id - b.id);
    const shared: Lane[] = [];
    for (const c of mine) {
      const span = spanOf(c);
      const free = own
        ? undefined
        : some || conns.length > MAX_SPANS
          ? shared[0]
          : shared.find((l) => l.spans[l.spans.length - 1].to < span.from);
      if (free) {
        free.spans.push(span);
        of.set(c.id, list.indexOf(free));
        continue;
      }
      const label = own ? (names.get(c.id) ?? role) : role || '?';
      const lane: Lane = { key: `${role}${shared.length}`, kind: 'server', label, spans: [span] };
      shared.push(lane);
      of.set(c.id, list.push(lane) - 1);
    }
    if (some && !mine.length && USUAL.includes(role))
      list.push({ key: `${role}0`, kind: 'server', label: role, spans: [] });
  }
  return { list, of, proxy: proxied ? 1 : -1 };
}

function spanOf(c: Connection): Span {
  return { conn: c.id, from: c.opened, to: c.closed > 0 ? c.closed : Infinity };
}

/** The connection of a lane that was open at a time; null if none was. */
export function openAt(lane: Lane, us: number): Span | null {
  let lo = 0;
  let hi = lane.spans.length - 1;
  let best: Span | null = null;
  while (lo <= hi) {
    const mid = (lo + hi) >> 1;
    if (lane.spans[mid].from <= us) {
      best = lane.spans[mid];
      lo = mid + 1;
    } else hi = mid - 1;
  }
  return best && us <= best.to ? best : null;
}

const GUTTER = 64; // px left of the client: brackets and gaps
const MARGIN = 44; // px right of the last lane
const LEAST = 92; // px between two lanes

/** Where the lanes stand in a drawing of that width; it may have to be wider. */
export function placesOf(n: number, width: number): { xs: number[]; width: number } {
  const first = GUTTER + 24;
  const step = n > 1 ? Math.max(LEAST, (width - first - MARGIN) / (n - 1)) : 0;
  const xs = Array.from({ length: n }, (_, k) => Math.round(first + k * step));
  return { xs, width: Math.max(width, (xs[n - 1] ?? 0) + MARGIN) };
}

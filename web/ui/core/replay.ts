// This file asks for a recorded session to be played again, and puts what is
// told of that into words.

import type { Connection, Proxy, Session } from './protocol';
import type { ReplayAsked } from './replayroute';
import { nothing, type Asked } from './compareroute';
import { count } from './format';

export type State = 'none' | 'playing' | 'keeping' | 'done' | 'failed' | 'cancelled';

/** A command as it was recorded and as it is this time. */
export interface Passed {
  event: number; // recorded, 0: none
  role: string;
  dir: 'c2s' | 's2c';
  then: string; // "": it was not recorded
  now: string; // "": it did not pass
  why?: string;
}

export interface Report {
  connections: number;
  said: number;
  heard: number;
  missed: number;
  extra: number;
  mishaps: { event: number; text: string }[];
}

export interface Result {
  session: number;
  more_sessions: number;
  qa: string;
  same: number;
  changed: number;
  only_a: number;
  only_b: number;
  differences: number;
}

/** GET /api/replay. Where state is "none" there is nothing else. */
export interface Replay {
  state: State;
  session: number;
  to: string;
  listen: string;
  addresses: string[] | null;
  filter: string;
  began: number;
  took_ms: number;
  step: number;
  of: number;
  from: number;
  rows: Passed[];
  report: Report | null;
  result: Result | null;
  error?: string;
}

export const ROWS = 500; // kept, like the server does

/** Whether a replay goes on. */
export function going(r: Replay | null): boolean {
  return r?.state === 'playing' || r?.state === 'keeping';
}

/** Why nothing of a session can be played, "" if something can. */
export function unplayable(s: Session): string {
  const talks = (c: Connection) => c.events > 0 && c.role !== 'FT' && c.role !== 'GW';
  if ((s.connections ?? []).some(talks)) return '';
  return 'There is nothing to play: the session has no connection to a dispatch, notification or switchboard server.';
}

/** Where the client's part goes unless somebody says otherwise. */
export function usualTarget(s: Session | undefined, proxy: Proxy | null): string {
  return proxy?.upstream || s?.server || '';
}

/** Where a client may come to unless somebody says otherwise. */
export function usualListen(proxy: Proxy | null): string {
  const taken = (port: number) => (proxy?.listen ?? []).some((l) => l.endsWith(`:${port}`));
  let port = 1863;
  while (taken(port)) port++;
  return `127.0.0.1:${port}`;
}

/** The body of POST /api/replay. */
export function request(
  session: Session,
  asked: ReplayAsked,
  filter: string,
  password: string,
  proxy: Proxy | null,
): Record<string, unknown> {
  const body: Record<string, unknown> = { session: session.id };
  if (filter) body.filter = filter;
  if (asked.as === 'server') return { ...body, listen: asked.listen || usualListen(proxy) };
  if (password) body.password = password;
  if (asked.wait) body.wait_ms = asked.wait;
  if (asked.speed) body.speed = asked.speed;
  return { ...body, to: asked.to || usualTarget(session, proxy) };
}

/** The rows known so far with those of an answer, the last of them. */
export function joined(known: Passed[], at: number, answer: Replay): { rows: Passed[]; at: number } {
  const end = at + known.length;
  const all = answer.from === end ? [...known, ...answer.rows] : answer.rows;
  const begin = answer.from === end ? at : answer.from;
  const over = Math.max(0, all.length - ROWS);
  return { rows: over ? all.slice(over) : all, at: begin + over };
}

/** How the two lines of a row stand to each other. */
export function standing(p: Passed): [cls: string, sign: string, words: string] {
  if (!p.then && !p.now) return ['trouble', '!', 'something went wrong'];
  if (!p.now) return ['missed', '−', 'it did not come'];
  if (!p.then) return ['extra', '+', 'it was not recorded'];
  if (p.why) return ['trouble', '!', 'it went otherwise'];
  return ['', '', ''];
}

/** The report in words. */
export function reportWords(r: Report): string {
  const out = [
    count(r.connections, 'connection'),
    `${count(r.said, 'command')} said`,
    `${r.heard} heard as recorded`,
  ];
  if (r.missed) out.push(`${r.missed} missed`);
  if (r.extra) out.push(`${r.extra} more than recorded`);
  return out.join(', ');
}

/** The comparison of the recording with the result. */
export function comparison(recorded: number, r: Result): Asked {
  return { ...nothing, a: String(recorded), b: String(r.session), qa: r.qa };
}

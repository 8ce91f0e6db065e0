// This file is what the page knows of single sessions: those that some part of
// it looks at are kept up to date by the server, and some of those looked at
// before are kept as they were.

import { MAX_WATCHED, type Session, type Watched } from './protocol';

const KEEP = 128; // sessions that nobody looks at any more

/** The part of Link that is needed here. */
export interface Sender {
  send(frame: object): void;
}

export class SessionWatch {
  private wants = new Map<unknown, readonly number[]>();
  private known = new Map<number, Session | null>(); // null: there is none
  private watched = new Set<number>(); // what the server was asked for

  constructor(
    private readonly wire: Sender,
    private readonly changed: () => void,
  ) {}

  /** Has sessions be known, in place of those that who wanted before. */
  want(who: unknown, ids: readonly number[]): void {
    if (ids.length) this.wants.set(who, ids);
    else if (!this.wants.delete(who)) return;
    const all = new Set([...this.wants.values()].flat().slice(0, MAX_WATCHED));
    if (all.size === this.watched.size && [...all].every((id) => this.watched.has(id))) return;
    // What is no longer watched is the last to be forgotten: the server does not
    // tell it again if it is wanted again at once.
    for (const id of this.watched) {
      const s = this.known.get(id);
      if (s !== undefined && !all.has(id)) this.put(id, s);
    }
    this.watched = all;
    this.ask();
    this.forget();
  }

  /** Asks anew, after the connection came back. */
  ask(): void {
    this.wire.send({ op: 'watch', ids: [...this.watched] });
  }

  /** A session, null if there is none; undefined: not known yet. */
  get(id: number): Session | null | undefined {
    return this.known.get(id);
  }

  take(m: Watched): void {
    for (const s of m.list) this.put(s.id, s.kept ? this.merged(s) : s);
    for (const id of m.gone) this.put(id, null);
    this.forget();
    this.changed();
  }

  /** A session with the connections that were known of it and are not told again. */
  private merged(s: Session): Session {
    const all = new Map((this.known.get(s.id)?.connections ?? []).map((c) => [c.id, c]));
    for (const c of s.connections ?? []) all.set(c.id, c);
    return { ...s, kept: undefined, connections: [...all.values()].sort((a, b) => a.id - b.id) };
  }

  private put(id: number, s: Session | null): void {
    this.known.delete(id); // behind those that are older
    this.known.set(id, s);
  }

  private forget(): void {
    let over = this.known.size - this.watched.size - KEEP;
    for (const id of this.known.keys()) {
      if (over-- <= 0) break;
      if (!this.watched.has(id)) this.known.delete(id);
    }
  }
}

// This file is the page's window into the list of sessions: the server keeps it
// in order and up to date, and the page has those that it shows. A page has one,
// whatever screen it is on: of two wishes in a row the server may only see the
// last, and does not tell again what it has told.

import type { Session, SessionList } from './protocol';
import type { Sender } from './sessionwatch';

export class ListWindow {
  known = false; // the server has answered the last wish
  total = 0; // sessions in the whole list
  list: Session[] = []; // in order
  private rows = new Map<number, Session>();
  private ids: number[] = [];
  private epoch = 0;
  private wish: { order: string; from: number; n: number } | null = null;

  constructor(private readonly wire: Sender) {}

  /** Has n sessions from a place on be here. What is here stays until they come. */
  show(order: string, from: number, n: number): void {
    const w = this.wish;
    if (w && w.order === order && w.from === from && w.n === n) return;
    this.wish = { order, from, n };
    this.ask();
  }

  /** Another screen shows the list from now on: nothing is known of what it wants. */
  open(): void {
    this.wish = null;
    this.known = false;
  }

  /** Asks anew, after the connection came back. */
  ask(): void {
    if (this.wish) this.wire.send({ op: 'list', epoch: ++this.epoch, ...this.wish });
  }

  close(): void {
    this.wish = null;
    this.wire.send({ op: 'list', n: 0 });
  }

  take(m: SessionList): void {
    this.known ||= m.epoch === this.epoch && this.wish !== null;
    this.total = m.total;
    for (const s of m.list) this.rows.set(s.id, s);
    if (m.ids) {
      this.ids = m.ids;
      const here = new Set(m.ids);
      for (const id of this.rows.keys()) if (!here.has(id)) this.rows.delete(id);
    }
    // A very long list comes in several frames.
    this.list = this.ids.map((id) => this.rows.get(id)).filter((s) => s !== undefined);
  }
}

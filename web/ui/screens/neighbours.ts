// This file finds the previous and the next event of the same chat or contact,
// with a view of its own that selects just these. It is kept as long as the
// reader goes from one of them to the next.

import { app } from '../app.svelte';
import { addTerm, quote } from '../core/filter';
import { R } from '../core/protocol';
import { EventView, type Landed } from '../core/view';

export class Neighbours {
  private view: EventView;
  private detach: () => void;
  private landed: (at: Landed | null) => void = () => {};
  private changed: () => void = () => {};
  private open = '';
  /** Of the event that was found last: which of how many it is, 0 before any was. */
  place = 0;
  get of(): number {
    return this.view.shown.total;
  }

  constructor(id: number) {
    this.view = new EventView(app.link, id, {
      changed: () => this.changed(),
      landed: (at) => this.landed(at),
      refused: () => this.landed(null),
    });
    this.detach = app.attach(id, this.view, () => (this.open = ''));
  }

  destroy(): void {
    this.landed(null);
    this.detach();
  }

  /**
   * The id of the event before or after id among those that q and same select, or
   * of that itself if it may be it, too; 0: there is none, null: not understood.
   */
  async next(
    scope: string,
    q: string,
    same: string,
    id: number,
    step: 1 | -1,
    too = false,
  ): Promise<number | null> {
    const asked = `${scope} ${addTerm(q, same)}`;
    if (asked !== this.open) {
      this.open = asked;
      const there = new Promise<Landed | null>((resolve) => (this.landed = resolve));
      this.view.open(scope, addTerm(q, same), { to: 'end' });
      if ((await there) === null) {
        this.open = '';
        return null;
      }
    }
    let i = await this.view.find('event', id);
    if (i < 0) {
      if (step > 0) return 0;
      i = this.view.shown.total; // all of them are before it
    }
    // The answer may be ahead of the counts.
    const p = this.view.shown;
    while (p === this.view.shown && p.total <= i + 1 && p.scan !== undefined)
      await new Promise<void>((resolve) => (this.changed = resolve));
    const here = await this.view.rowAt(i);
    const exact = here?.[R.id] === id;
    const to = step < 0 ? i - 1 : exact && !too ? i + 1 : i;
    const row = await this.view.rowAt(to);
    if (row) this.place = to + 1;
    return row?.[R.id] ?? 0;
  }
}

/** What an event shares with others of its chat or contact, as a filter and in words. */
export function sameAs(role: string, conn: number, acc: string): { term: string; words: string } {
  if (role === 'SB') return { term: `conn:${conn}`, words: 'of this chat' };
  if (acc) return { term: `acc:${quote(acc)}`, words: `of ${acc}` };
  return { term: `conn:${conn}`, words: 'of this connection' };
}

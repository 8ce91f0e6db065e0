// This file keeps what the contacts screen shows: the list as it was at the
// chosen event, the changes that led there, and the difference from a mark.

import { app } from '../app.svelte';
import { ask } from '../core/ask';
import type { Change, Roster } from '../core/contacts';

const LIVE_EVERY = 1000; // ms between two looks at a session that goes on

export class ContactsModel {
  roster = $state.raw<Roster | null>(null);
  changes = $state.raw<Change[]>([]); // of the whole session, oldest first
  more = $state(false); // there are earlier ones
  difference = $state.raw<Change[] | null>(null); // from the mark to here
  mark = $state(0); // event to compare with, 0: none
  error = $state('');
  loading = $state(true);
  private asked: AbortController | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private looked = 0;

  /** The events at which something changed, in order. */
  steps = $derived([...new Set(this.changes.map((c) => c.event))]);

  /** Looks again: soon, if a live session has just been looked at. */
  look(now = true): void {
    clearTimeout(this.timer);
    const wait = now ? 0 : Math.max(0, this.looked + LIVE_EVERY - Date.now());
    this.timer = setTimeout(() => void this.load(), wait);
  }

  private async load(): Promise<void> {
    this.looked = Date.now();
    const { session, event } = app.route;
    this.asked?.abort();
    const c = (this.asked = new AbortController());
    const at = event ? `&at=${event}` : '';
    try {
      const [roster, history, difference] = await Promise.all([
        ask<Roster>(`/api/contacts?session=${session}${at}`, c.signal),
        ask<{ changes: Change[] | null; more: boolean }>(
          `/api/contacts/changes?session=${session}`,
          c.signal,
        ),
        this.mark ? this.compare(session, event, c.signal) : null,
      ]);
      this.roster = roster;
      this.changes = history.changes ?? [];
      this.more = history.more;
      this.difference = difference;
      this.error = '';
    } catch (e) {
      if (c.signal.aborted) return;
      this.error = e instanceof Error ? e.message : String(e);
    }
    this.loading = false;
  }

  private async compare(session: number, event: number, signal: AbortSignal): Promise<Change[]> {
    const here = event || Number.MAX_SAFE_INTEGER;
    const [from, to] = [Math.min(this.mark, here), Math.max(this.mark, here)];
    const r = await ask<{ changes: Change[] | null }>(
      `/api/contacts/difference?session=${session}&from=${from}&to=${to}`,
      signal,
    );
    return r.changes ?? [];
  }

  /** Goes to the list as it was at an event; 0 is now. */
  go(event: number): void {
    app.go({ event }, 'replace');
  }

  step(by: 1 | -1): void {
    const to = by < 0 ? this.roster?.before : this.roster?.after;
    if (to) this.go(to);
    else if (by > 0) this.go(0);
  }

  setMark(event: number): void {
    this.mark = event;
    this.look();
  }

  destroy(): void {
    clearTimeout(this.timer);
    this.asked?.abort();
  }
}

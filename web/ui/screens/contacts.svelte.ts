// This file keeps what the contacts screen shows: the list as it was at the
// chosen event, the changes and statuses of the whole session, and the
// difference from a mark. While somebody drags through time only the list is
// asked for anew.

import { app } from '../app.svelte';
import { ask } from '../core/ask';
import type { Change, Roster } from '../core/contacts';
import type { Person, Silence } from '../core/presence';

const LIVE_EVERY = 1000; // ms between two looks at a session that goes on

export class ContactsModel {
  roster = $state.raw<Roster | null>(null);
  changes = $state.raw<Change[]>([]); // of the whole session, oldest first
  more = $state(false); // there are earlier ones
  people = $state.raw(new Map<string, Person>()); // by handle in lower case, "" the user
  silences = $state.raw<Silence[]>([]);
  difference = $state.raw<Change[] | null>(null); // from the mark to here
  error = $state('');
  loading = $state(true);
  private moment: AbortController | undefined;
  private history: AbortController | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private looked = 0;
  private at = -1; // the event whose list roster is
  private of = { session: 0, events: -1 }; // what the history was asked for

  /** The changes of the person looked at, or of all. */
  theirs = $derived.by(() => {
    const who = app.route.who.toLowerCase();
    return who ? this.changes.filter((c) => c.handle?.toLowerCase() === who) : this.changes;
  });
  /** The events at which something of that changed, in order. */
  private steps = $derived([...new Set(this.theirs.map((c) => c.event))]);

  /** Looks again: soon, if a live session has just been looked at. */
  look(now = true): void {
    clearTimeout(this.timer);
    const wait = now ? 0 : Math.max(0, this.looked + LIVE_EVERY - Date.now());
    this.timer = setTimeout(() => {
      this.looked = Date.now();
      void this.load();
      void this.loadHistory();
    }, wait);
  }

  private async load(): Promise<void> {
    const { session, event, mark } = app.route;
    this.moment?.abort();
    const c = (this.moment = new AbortController());
    const at = event ? `&at=${event}` : '';
    try {
      const [roster, difference] = await Promise.all([
        ask<Roster>(`/api/contacts?session=${session}${at}`, c.signal),
        mark ? this.compare(session, event, mark, c.signal) : null,
        // There is a list after any number; an event that nobody has seen told nothing.
        event && !this.changes.some((x) => x.event === event)
          ? ask(`/api/event/${event}?max=1`, c.signal)
          : null,
      ]);
      this.roster = roster;
      this.at = event;
      this.difference = difference;
      this.error = '';
    } catch (e) {
      if (c.signal.aborted) return;
      // Without an answer the list stays; a refusal says that there is none.
      if (!(e instanceof TypeError)) this.roster = null;
      this.error = e instanceof Error ? e.message : String(e);
    }
    this.loading = false;
  }

  private async compare(
    session: number,
    event: number,
    mark: number,
    signal: AbortSignal,
  ): Promise<Change[]> {
    const here = event || Number.MAX_SAFE_INTEGER;
    const [from, to] = [Math.min(mark, here), Math.max(mark, here)];
    const r = await ask<{ changes: Change[] | null }>(
      `/api/contacts/difference?session=${session}&from=${from}&to=${to}`,
      signal,
    );
    return r.changes ?? [];
  }

  private async loadHistory(): Promise<void> {
    const { session } = app.route;
    const events = app.session(session)?.events ?? 0;
    if (this.of.session === session && this.of.events === events) return;
    if (this.of.session !== session) this.changes = [];
    this.of = { session, events };
    this.history?.abort();
    const c = (this.history = new AbortController());
    try {
      const [h, p] = await Promise.all([
        ask<{ changes: Change[] | null; more: boolean }>(
          `/api/contacts/changes?session=${session}`,
          c.signal,
        ),
        ask<{ people: Person[]; silences: Silence[] | null }>(
          `/api/contacts/presence?session=${session}`,
          c.signal,
        ),
      ]);
      this.changes = h.changes ?? [];
      this.more = h.more;
      this.people = new Map(p.people.map((x) => [x.handle.toLowerCase(), x]));
      this.silences = p.silences ?? [];
    } catch {
      // The list itself says what is wrong.
      if (this.history === c) this.of.events = -1;
    }
  }

  /** Goes to the list as it was at an event; 0 is now. */
  go(event: number): void {
    app.go({ event }, 'replace');
  }

  /** Goes by some changes of the person looked at, or of anybody. */
  step(by: number): void {
    const at = app.route.event;
    // Keys may be faster than lists: what is beside another list is not meant.
    if (!app.route.who && Math.abs(by) === 1 && this.roster && this.at === at) {
      const to = by < 0 ? this.roster.before : this.roster.after;
      if (to || by > 0) this.go(to);
      return;
    }
    const happened = at ? this.steps.filter((e) => e <= at).length : this.steps.length;
    const exact = at !== 0 && this.steps[happened - 1] === at;
    const i = (exact || by > 0 ? happened - 1 : happened) + by;
    if (i >= this.steps.length) this.go(0);
    else if (this.steps.length) this.go(this.steps[Math.max(0, i)]);
  }

  first(): void {
    if (this.steps.length) this.go(this.steps[0]);
  }

  /** Marks this moment to compare others with, or forgets the mark. */
  setMark(): void {
    const here = app.route.event || (this.changes.at(-1)?.event ?? 0);
    app.go({ mark: app.route.mark ? 0 : here }, 'replace');
  }

  /** Shows one person's changes; "": everybody's. */
  choose(who: string): void {
    app.go({ who: who.toLowerCase() === app.route.who.toLowerCase() ? '' : who });
  }

  destroy(): void {
    clearTimeout(this.timer);
    this.moment?.abort();
    this.history?.abort();
  }
}

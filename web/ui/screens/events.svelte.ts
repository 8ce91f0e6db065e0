// This file is the state behind the events screen: the view, where the reader
// stands in it (follow, frozen, selection), and the selected event.

import { app } from '../app.svelte';
import { Flag, R, type Err, type Row } from '../core/protocol';
import { EventView, type Landed } from '../core/view';
import type { HelloChange } from '../core/source';
import type { Range } from '../core/bytes';
import * as format from '../core/format';
import * as filter from '../core/filter';
import type { Action } from '../core/keys';
import { putMark } from '../core/marks';
import { remember } from '../core/prefs';
import { scope } from '../core/router';
import { Latencies } from '../core/latency';
import { DetailModel } from './detail.svelte';
import { Picks } from './picks.svelte';
import type { Table, Window } from './table';

const VIEW = 1;
const ASK_AGAIN = 5000; // ms after which open requests in sight are asked for again
const DIM_AFTER = 100; // ms without an answer after which old rows are dimmed

export class EventsModel {
  total = $state(0);
  all = $state(0);
  errs = $state(0);
  rate = $state(0);
  took = $state(0);
  scan = $state<number | undefined>(undefined);
  q = $state(''); // of the rows on screen
  loaded = $state(false);
  dim = $state(false);
  follow = $state(false);
  frozen = $state<number | null>(null); // total that is pinned
  fresh = $state(0); // events since the reader stopped following
  freshErrs = $state(0);
  error = $state.raw<Err | null>(null);
  sel = $state(0); // event id
  selIndex = $state(-1); // in the rows on screen, -1: not among them
  hidden = $state(false); // the filter hides the selected event
  /** What the ladder adds to the keys and the palette. */
  extra = $state.raw<Action[]>([]);
  detail = new DetailModel();
  picks = new Picks(this);
  window = $state.raw<Window>({ first: 0, last: -1, offset: 0, height: 0, row: 24 });
  zone = $state(''); // of the times on screen, "": there are none
  latencies = new Latencies();
  unusual = $state(0); // version of latencies
  view: EventView;
  table: Table | null = null;
  private seenTotal = 0;
  private seenErrs = 0;
  private raf = 0;
  private dimTimer: ReturnType<typeof setTimeout> | undefined;
  private detach: () => void;
  private moved: number | undefined; // how often rows have gone to other places
  private scopeNow = '';
  private asked = ''; // filter that the reader wants, refused or not
  private again: ReturnType<typeof setInterval>;
  private left = false; // the screen is gone: the address is no longer its own

  constructor() {
    this.view = new EventView(app.link, VIEW, {
      changed: () => this.schedule(),
      landed: (at) => this.landed(at),
      rows: (rows) => {
        for (const r of rows) {
          const us = r[R.lat];
          if (us !== null) this.latencies.add(r[R.role], us);
        }
        this.unusual = this.latencies.version;
      },
      refused: (e) => {
        this.error = e;
        this.dim = false;
      },
    });
    this.detach = app.attach(VIEW, this.view, (c) => this.back(c));
    this.again = setInterval(() => this.askAgain(), ASK_AGAIN);
  }

  // Rows do not change by themselves when their requests are answered, or are not.
  private askAgain(): void {
    const { first, last } = this.window;
    if (!this.live || document.hidden) return;
    for (let i = first; i <= last; i++) {
      if ((this.view.row(i)?.[R.flags] ?? 0) & Flag.open) return this.view.refresh(first, last);
    }
  }

  destroy(): void {
    this.left = true;
    cancelAnimationFrame(this.raf);
    clearTimeout(this.dimTimer);
    clearInterval(this.again);
    this.detach();
  }

  /** How many rows there are for the reader. */
  get rows(): number {
    return this.frozen ?? this.total;
  }

  get session() {
    return app.route.session ? app.session(app.route.session) : undefined;
  }

  /** Whether events may still come. */
  get live(): boolean {
    return app.route.session ? (this.session?.live ?? false) : app.proxy !== null;
  }

  /** Brings the model in line with the address: called when it changes. */
  enter(): void {
    const r = app.route;
    const s = scope(r);
    if (s === this.scopeNow) {
      if (r.q !== this.asked) this.open(r.q);
      if (r.event !== this.sel) {
        if (r.event) void this.goEvent(r.event, 'none');
        else this.clear('none');
      }
      this.detail.pinned = r.event ? r.bytes : null;
      return;
    }
    this.scopeNow = s;
    this.loaded = false;
    this.frozen = null;
    this.error = null;
    this.sel = r.event;
    this.selIndex = -1;
    this.hidden = false;
    this.detail.clear();
    this.follow = !r.event && (this.live || r.follow);
    if (r.event) {
      this.detail.show(r.event);
      this.detail.pinned = r.bytes;
    }
    this.tail();
    this.asked = r.q;
    this.view.open(s, r.q, this.landing());
    this.watchDim();
  }

  private landing() {
    if (this.follow) return { to: 'end' } as const;
    const t = this.table?.seen();
    const first = this.loaded && t ? t.first : 0;
    if (this.sel) {
      const row = t && this.selIndex >= first && this.selIndex < first + t.fit ? this.selIndex - first : 4;
      return { to: 'event', id: this.sel, row } as const;
    }
    const id = this.loaded ? this.view.row(first)?.[R.id] : undefined;
    return id && first > 0 ? ({ to: 'event', id, row: 0 } as const) : ({ to: 'top' } as const);
  }

  private open(q: string): void {
    this.asked = q;
    this.error = null;
    this.frozen = null;
    this.view.open(this.scopeNow, q, this.landing());
    this.watchDim();
  }

  private watchDim(): void {
    clearTimeout(this.dimTimer);
    this.dimTimer = setTimeout(() => (this.dim = this.view.next !== null), DIM_AFTER);
  }

  /** Filters by q; push makes it a step of the history. */
  setFilter(q: string, how: 'push' | 'replace'): void {
    q = q.trim();
    if (how === 'push' && q) app.savePrefs({ filters: remember(app.prefs.filters, q) });
    if (q === this.asked) {
      if (how === 'push') app.go({ q }, 'replace');
      return;
    }
    this.open(q);
    app.go({ q, follow: false }, how);
  }

  /** Adds a term to the filter. */
  addTerm(term: string): void {
    this.setFilter(filter.addTerm(app.route.q, term), 'push');
  }

  private back(c: HelloChange): void {
    if (!this.scopeNow) return;
    this.tail();
    this.view.reopen(this.landing());
    if (this.sel && (c.restarted || !this.detail.event)) this.detail.show(this.sel);
  }

  // A new picture is on screen.
  private landed(at: Landed): void {
    clearTimeout(this.dimTimer);
    this.dim = false;
    const again = this.loaded;
    this.loaded = true;
    this.picks.clear();
    this.moved = this.view.shown.moved;
    this.sync();
    this.seenTotal = this.total;
    this.seenErrs = this.errs;
    if (at === 'end') this.table?.toEnd();
    else this.table?.place(at.index, at.row);
    if (again && this.q) app.say(`filter: ${format.num(this.total)} of ${format.num(this.all)}`);
    if (this.sel) void this.locate();
  }

  // Finds the selected event among the rows on screen.
  private async locate(): Promise<void> {
    const id = this.sel;
    const i = await this.view.find('event', id);
    const row = i >= 0 ? await this.view.rowAt(i) : undefined;
    if (this.sel !== id || (i >= 0 && !row)) return;
    this.hidden = row?.[R.id] !== id;
    this.selIndex = this.hidden ? -1 : i;
    this.schedule();
  }

  schedule(): void {
    this.raf ||= requestAnimationFrame(() => {
      this.raf = 0;
      this.sync();
      this.table?.paint();
    });
  }

  private sync(): void {
    const p = this.view.shown;
    this.total = p.total;
    this.all = p.all;
    this.errs = p.errs;
    this.rate = p.rate;
    this.took = p.took;
    this.scan = (this.view.next ?? p).scan;
    this.q = p.q;
    if (p.moved !== this.moved) this.shifted(p.moved);
    if (this.follow || p.scan !== undefined) this.saw(p.total);
    this.fresh = Math.max(0, p.total - this.seenTotal);
    this.freshErrs = this.fresh ? Math.max(0, p.errs - this.seenErrs) : 0;
    if (this.freshErrs) app.say(`${format.count(this.freshErrs, 'new error')}`);
  }

  // Marks have changed which rows there are: what is known by its place may be elsewhere.
  private shifted(moved: number | undefined): void {
    const before = this.moved;
    this.moved = moved;
    if (before === undefined) return;
    this.picks.clear();
    if (this.sel) void this.locate();
  }

  /** The reader has seen the rows before n. */
  saw(n: number): void {
    if (n <= this.seenTotal && n < this.total) return;
    this.seenTotal = n;
    if (n >= this.total) this.seenErrs = this.errs;
  }

  private tail(): void {
    this.view.tail(this.follow ? Math.max(1, (this.table?.seen().fit ?? 40) + 2) : 0);
  }

  /** The table has become taller or shorter. */
  resized(): void {
    if (this.follow) this.tail();
  }

  setFollow(on: boolean): void {
    if (on) this.frozen = null;
    if (on === this.follow) {
      if (on) this.table?.toEnd();
      return;
    }
    this.follow = on;
    this.view.settle();
    this.tail();
    if (on) this.table?.toEnd();
    else this.saw(this.total);
    this.schedule();
  }

  setFrozen(on: boolean): void {
    if (on) {
      this.setFollow(false);
      this.frozen = this.total;
    } else this.frozen = null;
    this.schedule();
  }

  async first(): Promise<void> {
    this.setFollow(false);
    await this.view.ready();
    this.table?.place(0, 0);
    if (this.rows) void this.selectIndex(0, false, 'push');
  }

  async last(): Promise<void> {
    await this.view.ready();
    if (this.live && this.frozen === null) this.setFollow(true);
    this.table?.toEnd();
    if (this.rows) void this.selectIndex(this.rows - 1, true);
  }

  /** Moves the selection by n rows. */
  move(n: number): void {
    if (!this.rows) return;
    const t = this.table!.seen();
    const from = this.selIndex >= 0 ? this.selIndex + n : n < 0 ? t.first + t.fit - 1 : t.first;
    void this.selectIndex(Math.max(0, Math.min(this.rows - 1, from)));
  }

  /** Selects the row at index i and brings it into sight. */
  async selectIndex(i: number, keepFollow = false, how: 'push' | 'replace' = 'replace'): Promise<void> {
    if (!keepFollow && i < this.rows - 1) this.setFollow(false);
    this.selIndex = i;
    this.table?.toRow(i);
    this.schedule();
    const row = await this.view.rowAt(i);
    if (!row || this.selIndex !== i) return;
    this.choose(row[R.id], how);
  }

  private choose(id: number, how: 'push' | 'replace' | 'none'): void {
    if (this.left) return;
    this.sel = id;
    this.hidden = false;
    this.detail.show(id);
    if (how !== 'none') app.go({ event: id, bytes: this.detail.pinned, follow: false }, how);
  }

  clear(how: 'replace' | 'none' = 'replace'): void {
    this.sel = 0;
    this.selIndex = -1;
    this.hidden = false;
    this.detail.clear();
    if (how !== 'none') app.go({ event: 0, bytes: null }, how);
    this.schedule();
  }

  /** Selects an event by its id, also one that the filter hides. */
  async goEvent(id: number, how: 'push' | 'none' = 'push'): Promise<void> {
    const i = await this.view.find('event', id);
    const row: Row | undefined = i >= 0 ? await this.view.rowAt(i) : undefined;
    this.setFollow(false);
    this.choose(id, how);
    this.hidden = row?.[R.id] !== id;
    this.selIndex = this.hidden ? -1 : i;
    if (!this.hidden) this.reveal(i);
    this.schedule();
  }

  /** Brings row i into sight, a third down if it was far away. */
  private reveal(i: number): void {
    const t = this.table?.seen();
    if (!t) return;
    if (i < t.first - t.fit || i > t.first + 2 * t.fit) this.table?.place(i, Math.floor(t.fit / 3));
    else this.table?.toRow(i);
  }

  /** Goes to the first event at or after a time. */
  async goTime(us: number): Promise<boolean> {
    const i = await this.view.find('time', us);
    return i >= 0 && (await this.goIndex(i));
  }

  async goError(step: 1 | -1): Promise<boolean> {
    const from = this.selIndex >= 0 ? this.selIndex : (this.table?.seen().first ?? 0) - (step > 0 ? 1 : 0);
    const i = await this.view.find(step > 0 ? 'next_error' : 'prev_error', from);
    if (i < 0) app.tell(step > 0 ? 'No later error' : 'No earlier error');
    return i >= 0 && (await this.goIndex(i));
  }

  private async goIndex(i: number): Promise<boolean> {
    this.setFollow(false);
    this.reveal(i);
    await this.selectIndex(i, false, 'push');
    return true;
  }

  goPartner(): void {
    const e = this.detail.event;
    const p = e?.id === this.sel ? e.partner : undefined;
    if (p) void this.goEvent(p);
    else app.tell('No partner known');
  }

  /** Marks the selected event with a word, or takes that mark away. */
  async mark(word: string): Promise<void> {
    const id = this.sel;
    const e = this.detail.event;
    const now = e?.id === id ? e.mark : this.view.row(this.selIndex)?.[R.mark];
    try {
      const m = await putMark(id, { mark: now === word || (now && word === 'star') ? '' : word });
      app.remark([m]);
      app.say(m.mark ? `Marked ${m.mark === 'star' ? '' : m.mark}` : 'Mark removed');
    } catch (err) {
      app.banner('error', `The mark could not be saved: ${(err as Error).message}`);
    }
  }

  /** Marks bytes of the selected event. */
  pin(r: Range | null): void {
    this.detail.pinned = r;
    app.go({ bytes: r }, 'replace');
  }
}

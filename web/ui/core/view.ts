// This file is the page's window into a view of the server: it asks for the
// rows that are on screen in pages of 128, keeps at most 64 of them, and keeps
// the old picture until a new filter has its first answer.
import {
  MAX_WINDOW,
  R,
  type Err,
  type Marked,
  type Row,
  type Rows,
  type Stat,
  type Sum,
  type SumWish,
} from './protocol';

export const PAGE = 128; // rows
export const MAX_PAGES = 64; // 8,192 rows, about 2 MB
const MAX_PAGES_AT_ONCE = MAX_WINDOW / PAGE;
const AHEAD = 64; // rows fetched beyond the screen
const PATIENCE = 200; // ms after which a scan shows what it has found so far
const LOST_AFTER = 5000; // ms after which a window request counts as lost

/** Where the viewport goes when a new picture is shown. */
export type Landing =
  { to: 'top' } | { to: 'end' } | { to: 'stay' } | { to: 'event'; id: number; row: number };

/** What came of a landing: the index to show at viewport row `row`, or the end. */
export type Landed = { index: number; row: number; exact: boolean } | 'end';

/** The part of Link that a view needs. */
export interface Wire {
  send(frame: object): void;
  nextSeq(): number;
}

/** One filter over one scope: what the server has said about it so far. */
export class Picture {
  total = 0;
  all = 0;
  errs = 0;
  rate = 0;
  took = 0;
  moved: number | undefined = undefined;
  scan: number | undefined = undefined;
  shownPart = false; // rows found so far are on screen, the landing is still to come
  at: { index: number; exact: boolean } | null = null; // where the event of the landing is
  pages = new Map<number, (Row | undefined)[]>();
  private renewed = -1; // page of which all rows so far are new
  private stale = new Set<number>(); // pages to be fetched anew; what they held stays on screen till then
  constructor(
    readonly epoch: number,
    readonly scope: string,
    readonly q: string,
    readonly landing: Landing,
  ) {}

  row(i: number): Row | undefined {
    return this.pages.get(Math.floor(i / PAGE))?.[i % PAGE];
  }

  /** Whether the row at index i is here and still the right one. */
  fresh(i: number): boolean {
    return this.row(i) !== undefined && !this.stale.has(Math.floor(i / PAGE));
  }

  /** Has all rows fetched anew. */
  spoil(): void {
    for (const p of this.pages.keys()) this.stale.add(p);
  }

  /** Puts rows where they belong and forgets the pages touched longest ago. */
  put(from: number, rows: Row[]): void {
    for (let k = 0; k < rows.length; k++) {
      const i = from + k;
      const p = Math.floor(i / PAGE);
      let page = this.pages.get(p);
      if (!page) this.pages.set(p, (page = new Array<Row | undefined>(PAGE).fill(undefined)));
      page[i % PAGE] = rows[k];
      if (i % PAGE === 0) this.renewed = p;
      // The rest of the page: up to its end, or that of all rows.
      if (this.renewed === p && (i % PAGE === PAGE - 1 || i >= this.total - 1)) this.stale.delete(p);
    }
    this.renewed = -1;
    for (const p of this.pages.keys()) {
      if (this.pages.size <= MAX_PAGES) break;
      this.pages.delete(p);
      this.stale.delete(p);
    }
  }

  /** Marks the pages of rows first..last as used now. */
  touch(first: number, last: number): void {
    for (let p = Math.floor(first / PAGE); p <= Math.floor(last / PAGE); p++) {
      const page = this.pages.get(p);
      if (page) {
        this.pages.delete(p);
        this.pages.set(p, page);
      }
    }
  }

  /** Forgets rows that have gone to other places since they were fetched. */
  shift(moved: number | undefined): void {
    if (this.moved !== undefined && moved !== this.moved) this.spoil();
    this.moved = moved;
  }

  /** Puts what users have added into the rows that are here. */
  remark(marked: Map<number, Marked>): void {
    for (const page of this.pages.values()) {
      page.forEach((row, i) => {
        const m = row && marked.get(row[R.id]);
        if (!row || !m) return;
        const bare = row.slice(0, R.mark) as Row;
        const cookie = row.slice(R.cookie);
        page[i] =
          m.mark || m.note || cookie.length ? ([...bare, m.mark, m.note, ...cookie] as unknown as Row) : bare;
      });
    }
  }

  apply(s: Stat): void {
    this.shift(s.moved);
    this.total = s.total;
    this.all = s.all;
    this.errs = s.errs;
    this.rate = s.rate;
    this.took = s.took;
    this.scan = s.scan;
    if (s.rows && s.from !== undefined) this.put(s.from, s.rows);
  }
}

export interface ViewEvents {
  /** Counts or rows have changed. */
  changed(): void;
  /** A new picture is shown; the viewport goes there. */
  landed(at: Landed): void;
  /** Rows have come, maybe not for the first time. */
  rows?(rows: Row[]): void;
  /** The filter of epoch was refused; the picture shown stays. */
  refused(e: Err): void;
}

export class EventView {
  shown = new Picture(0, '', '', { to: 'top' });
  next: Picture | null = null; // asked for, not yet answered
  private openedAt = 0;
  private superseded: Picture | null = null; // given up for next before it was answered
  private opens = 0; // pictures asked for since the last one shown
  private tailRows = 0;
  private sumWish: SumWish | null = null;
  private onSumDone: ((s: Sum) => void) | null = null;
  private asked: { seq: number; epoch: number; at: number } | null = null;
  private want: [first: number, last: number] = [0, 0];
  private finding: Picture | null = null; // whose landing is being looked for
  private finds = new Map<number, (index: number) => void>();
  private arrivals: (() => void)[] = []; // to call when rows arrive or the picture changes

  constructor(
    private readonly wire: Wire,
    private readonly id: number,
    private readonly on: ViewEvents,
    private readonly clock: () => number = Date.now,
  ) {}

  /** Asks for another scope or filter. What is shown stays until it is answered. */
  open(scope: string, q: string, landing: Landing): void {
    this.superseded = this.next;
    this.next = new Picture(this.wire.nextSeq(), scope, q, landing); // never used before on this connection
    this.opens++;
    this.openedAt = this.clock();
    this.asked = null;
    this.forgetFinds();
    this.wire.send({ op: 'sub', view: this.id, epoch: this.next.epoch, scope, q });
    this.wire.send({ op: 'tail', view: this.id, n: this.tailRows });
    this.askSum();
    this.on.changed();
  }

  /** Asks again for what is shown, after the connection came back. */
  reopen(landing: Landing): void {
    const p = this.next ?? this.shown;
    if (p.epoch > 0) this.open(p.scope, p.q, landing);
  }

  close(): void {
    this.next = null;
    this.forgetFinds();
    this.wire.send({ op: 'unsub', view: this.id });
  }

  private forgetFinds(): void {
    this.finding = null;
    for (const resolve of this.finds.values()) resolve(-1);
    this.finds.clear();
    this.arrived();
  }

  private arrived(): void {
    const all = this.arrivals;
    this.arrivals = [];
    for (const f of all) f();
  }

  /** Has the last n rows come with the counts; 0 ends that. */
  tail(n: number): void {
    if (n === this.tailRows) return;
    this.tailRows = n;
    if (this.next || this.shown.epoch > 0) this.wire.send({ op: 'tail', view: this.id, n });
  }

  /** Has what is selected added up, and told anew as it grows; null ends that. */
  sum(wish: SumWish | null, on: (s: Sum) => void = () => {}): void {
    const ends = this.sumWish !== null && wish === null;
    this.sumWish = wish;
    this.onSumDone = on;
    if (this.next || this.shown.epoch > 0) this.askSum(ends);
  }

  private askSum(ends = false): void {
    if (this.sumWish) this.wire.send({ op: 'agg', view: this.id, ...this.sumWish });
    else if (ends) this.wire.send({ op: 'agg', view: this.id, kinds: [] });
  }

  onSum(s: Sum): void {
    if (this.sumWish && s.epoch === (this.next ?? this.shown).epoch) this.onSumDone?.(s);
  }

  /** The reader has moved: a landing still to come must not move the viewport. */
  settle(): void {
    this.shown.shownPart = false;
  }

  row(i: number): Row | undefined {
    return this.shown.row(i);
  }

  /** Says which rows are on screen; asks for those that are missing. */
  need(first: number, last: number): void {
    this.want = [first, last];
    const p = this.shown;
    if (p.epoch === 0 || p.total === 0) return;
    p.touch(first, last);
    if (this.next) return; // the server has forgotten the old picture
    if (!this.ask(p, first, last)) this.ask(p, first - AHEAD, last + AHEAD);
  }

  // Asks for the rows that are missing, one window at a time; reports whether some are.
  private ask(p: Picture, first: number, last: number): boolean {
    last = Math.min(last, p.total - 1);
    first = Math.max(0, Math.min(first, last));
    let from = -1;
    let to = -1;
    for (let i = first; i <= last; i++) {
      if (p.fresh(i)) continue;
      if (from < 0) from = i;
      to = i;
    }
    if (from < 0) return false;
    const a = this.asked;
    if (a && a.epoch === p.epoch && this.clock() - a.at < LOST_AFTER) return true;
    const p0 = Math.floor(from / PAGE);
    const p1 = Math.min(Math.floor(to / PAGE), p0 + MAX_PAGES_AT_ONCE - 1);
    const seq = this.wire.nextSeq();
    this.asked = { seq, epoch: p.epoch, at: this.clock() };
    this.wire.send({
      op: 'win',
      view: this.id,
      epoch: p.epoch,
      seq,
      from: p0 * PAGE,
      n: (p1 - p0 + 1) * PAGE,
    });
    return true;
  }

  /**
   * The index of the first row with an event id of at least from, or at or
   * after the time from, or of the error next to index from; -1 when there is
   * none, or when the view has changed meanwhile.
   */
  find(what: 'event' | 'time' | 'next_error' | 'prev_error', from: number): Promise<number> {
    const { epoch } = this.next ?? this.shown;
    const seq = this.wire.nextSeq();
    return new Promise((resolve) => {
      this.finds.set(seq, resolve);
      this.wire.send({ op: 'find', view: this.id, epoch, seq, what, from });
    });
  }

  onFound(seq: number, index: number): void {
    this.finds.get(seq)?.(index);
    this.finds.delete(seq);
  }

  /** Asks again for rows that are there already: what has become of them may be told otherwise now. */
  refresh(first: number, last: number): void {
    const p = this.shown;
    if (this.next || this.asked || p.epoch === 0 || last < first) return;
    const seq = this.wire.nextSeq();
    this.asked = { seq, epoch: p.epoch, at: this.clock() };
    const n = Math.min(last - first + 1, MAX_WINDOW);
    this.wire.send({ op: 'win', view: this.id, epoch: p.epoch, seq, from: first, n });
  }

  /** Waits until what was asked for last is on screen. */
  async ready(): Promise<void> {
    while (this.next) await new Promise<void>((resolve) => this.arrivals.push(resolve));
  }

  /** The row at index i, fetched if need be; undefined beyond the end. */
  async rowAt(i: number): Promise<Row | undefined> {
    const p = this.shown;
    while (!p.fresh(i) && i >= 0 && i < p.total && p === this.shown && !this.next) {
      this.ask(p, i, i);
      await new Promise<void>((resolve) => this.arrivals.push(resolve));
    }
    return p.row(i);
  }

  onStat(s: Stat): void {
    if (s.epoch === this.next?.epoch) {
      this.next.apply(s);
      this.land(this.next);
    } else if (s.epoch === this.shown.epoch) this.shown.apply(s);
    else return;
    if (s.rows) this.on.rows?.(s.rows);
    this.on.changed();
  }

  onRows(m: Rows): void {
    if (this.asked?.seq === m.seq) this.asked = null;
    const p = m.epoch === this.next?.epoch ? this.next : m.epoch === this.shown.epoch ? this.shown : null;
    if (!p) return;
    if (m.total > p.total || m.moved !== p.moved) p.total = m.total; // rows may have gone, too
    p.shift(m.moved);
    p.put(m.from, m.rows ?? []);
    this.on.rows?.(m.rows ?? []);
    if (p === this.next) this.land(p);
    else this.need(...this.want);
    this.arrived();
    this.on.changed();
  }

  /** Marks have changed: those of the list, or any of them. */
  onMarks(list: Marked[], full: boolean): void {
    const marked = new Map(list.map((m) => [m.id, m]));
    for (const p of [this.shown, this.next]) {
      if (full) p?.spoil();
      else p?.remark(marked);
    }
    if (full) this.need(...this.want);
    this.on.changed();
  }

  /** Takes a refusal; false if it is of nothing that is waited for. */
  onErr(e: Err): boolean {
    const refused = this.next;
    if (!refused || e.epoch !== refused.epoch || e.seq) return false;
    this.next = null;
    this.arrived();
    this.on.refused(e);
    // The server goes on with the filter before. That is the one shown, unless
    // there was none for this scope or another was under way.
    const { superseded: good, shown } = this;
    if (good) this.open(good.scope, good.q, good.landing);
    else if (shown.scope !== refused.scope) this.open(refused.scope, '', refused.landing);
    else if (this.opens > 1) this.open(shown.scope, shown.q, { to: 'stay' });
    else this.opens = 0;
    return true;
  }

  // Shows the next picture as soon as the rows of its landing are there.
  private land(p: Picture): void {
    const l = p.landing;
    if (p.total === 0) {
      if (p.scan === undefined) this.show(p, { index: 0, row: 0, exact: false });
      return;
    }
    const height = Math.max(1, this.want[1] - this.want[0]);
    let index = 0;
    let row = 0;
    if (l.to === 'end') index = Math.max(0, p.total - height);
    else if (l.to === 'stay') index = Math.min(this.want[0], p.total - 1);
    else if (l.to === 'event' && p.at) {
      row = l.row;
      index = Math.max(0, p.at.index - row);
    } else if (l.to === 'event') {
      void this.seek(p, l.id, l.row);
      if (p.scan === undefined || this.clock() - this.openedAt < PATIENCE) return;
    }
    const last = Math.min(index + height, p.total - 1);
    if (!p.row(index) || !p.row(last)) {
      this.ask(p, index, last);
      return;
    }
    if (l.to === 'end') this.show(p, 'end');
    else if (p.at) this.show(p, { ...p.at, row });
    else {
      p.shownPart = l.to === 'event';
      this.show(p, { index, row: 0, exact: l.to !== 'event' });
    }
  }

  private async seek(p: Picture, id: number, row: number): Promise<void> {
    if (this.finding === p) return;
    this.finding = p;
    const index = await this.find('event', id);
    if (p !== this.next && !(p === this.shown && p.shownPart)) return;
    p.at = { index: index < 0 ? Math.max(0, p.total - 1) : index, exact: index >= 0 };
    if (p === this.next) this.land(p);
    else this.on.landed({ ...p.at, row });
    p.shownPart = false;
  }

  private show(p: Picture, at: Landed): void {
    this.shown = p;
    this.next = null;
    this.superseded = null;
    this.opens = 0;
    this.arrived();
    this.on.landed(at);
    this.on.changed();
  }
}

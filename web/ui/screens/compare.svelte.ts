// This file keeps what the compare screen shows: the comparison as the server
// has worked it out, the rows near those on screen, and the one selected.

import { app } from '../app.svelte';
import { ask } from '../core/ask';
import { Pages, query, swapped, type Answer, type Row } from '../core/compare';
import { nothing, type Asked } from '../core/compareroute';
import type { Err } from '../core/protocol';

/** What the table does for the model. */
export interface Table {
  toRow(i: number): void;
  place(i: number): void;
  fit(): number;
  focus(): void;
}

export class CompareModel {
  answer = $state.raw<Answer | null>(null);
  error = $state('');
  filterError = $state.raw<Err | null>(null);
  loading = $state(false);
  detail = $state.raw<Row | null>(null); // the selected row in full
  painted = $state(0); // grows when rows have come
  table: Table | null = null;
  private pages: Pages | null = null;
  private shown = ''; // the query that answer is of
  private asked: AbortController | undefined;
  private looking: AbortController | undefined;

  get of(): Asked {
    return app.route.compare ?? nothing;
  }
  get chosen(): boolean {
    return this.of.a !== '' && this.of.b !== '';
  }
  get total(): number {
    return this.answer?.total ?? 0;
  }

  /** Compares what the address says, unless that is what is shown. */
  look(again = false): void {
    const key = this.chosen ? query(this.of, app.route.q) : '';
    if (key === this.shown && !again) return this.showDetail();
    this.shown = key;
    this.asked?.abort();
    if (!key) {
      this.answer = this.pages = this.detail = null;
      this.error = '';
      return;
    }
    void this.load(key);
  }

  private async load(key: string): Promise<void> {
    const c = (this.asked = new AbortController());
    this.loading = true;
    try {
      const r = await fetch(`/api/compare?${key}&n=128`, { signal: c.signal });
      const body = (await r.json()) as Answer & {
        error?: string;
        at?: number;
        end?: number;
        suggest?: string;
      };
      if (!r.ok && body.at !== undefined) {
        this.filterError = { op: 'err', code: 'bad_filter', msg: body.error ?? '', ...body };
      } else if (!r.ok) {
        throw new Error(body.error ?? `the server answered ${r.status}`);
      } else this.take(key, body, c.signal);
    } catch (e) {
      if (c.signal.aborted) return;
      this.answer = this.pages = this.detail = null;
      this.error = e instanceof Error ? e.message : String(e);
    }
    this.loading = false;
  }

  private take(key: string, answer: Answer, signal: AbortSignal): void {
    const rev = answer.rev;
    this.pages = new Pages(
      async (from, n) => {
        const a = await ask<Answer>(`/api/compare?${key}&from=${from}&n=${n}&rev=${rev}`, signal);
        if (a.rev !== rev) throw new Error('moved');
        if (a.stale && this.answer?.rev === rev) this.answer = { ...this.answer, stale: true };
        return a.rows;
      },
      () => this.painted++,
      () => !signal.aborted && this.look(true), // the server has it no more
    );
    this.pages.put(0, answer.rows);
    this.error = '';
    this.filterError = null;
    this.answer = answer;
    this.painted++;
    if (this.of.row < 0 && answer.first >= 0) this.select(answer.first, true);
    else if (this.of.row >= answer.total) this.select(answer.total - 1, true);
    else if (this.of.row >= 0) this.table?.place(this.of.row);
    this.showDetail();
  }

  row(i: number): Row | undefined {
    return this.pages?.row(i);
  }

  need(first: number, last: number): void {
    this.pages?.need(first, last);
  }

  /** Selects a row; in the middle brings it there. */
  select(i: number, middle = false): void {
    app.go({ compare: { ...this.of, row: i } }, 'replace');
    if (i < 0) return;
    if (middle) this.table?.place(i);
    else this.table?.toRow(i);
  }

  move(by: number): void {
    if (this.total) this.select(Math.max(0, Math.min(this.total - 1, this.of.row + by)));
  }

  /** Goes to the next difference, or the one before. */
  async difference(which: 'next' | 'prev'): Promise<void> {
    const a = this.answer;
    if (!a) return;
    const at = this.of.row < 0 && which === 'next' ? 0 : Math.max(0, this.of.row);
    try {
      const r = await ask<{ index: number }>(
        `/api/compare?${this.shown}&rev=${a.rev}&find=${which}&at=${at}`,
        this.asked!.signal,
      );
      if (r.index >= 0) this.select(r.index, true);
      else app.tell(which === 'next' ? 'No difference further down' : 'No difference further up');
    } catch {
      // another comparison has begun
    }
  }

  private showDetail(): void {
    const i = this.of.row;
    this.looking?.abort();
    if (!this.answer || i < 0) {
      this.detail = null;
      return;
    }
    this.detail = this.row(i) ?? this.detail;
    const c = (this.looking = new AbortController());
    ask<Answer>(`/api/compare?${this.shown}&rev=${this.answer.rev}&from=${i}&n=1&max=65536`, c.signal)
      .then((a) => (this.detail = a.rows[0] ?? null))
      .catch(() => {}); // the row in short stays
  }

  /** Compares something else, or otherwise. */
  change(c: Partial<Asked>, how: 'push' | 'replace' = 'push'): void {
    app.go({ compare: { ...this.of, row: -1, ...c } }, how);
  }

  swap(): void {
    app.go({ compare: swapped(this.of) });
  }

  setFilter(q: string, how: 'push' | 'replace'): void {
    app.go({ q: q.trim(), compare: { ...this.of, row: -1 } }, how);
  }

  destroy(): void {
    this.asked?.abort();
    this.looking?.abort();
  }
}

// This file is the selection of several rows: those picked with Space,
// Shift and Ctrl, for copying and exporting.

import { R } from '../core/protocol';
import { addTerm } from '../core/filter';
import { idTerm, Ranges, type Span } from '../core/ranges';
import type { EventsModel } from './events.svelte';

/** The most ranges that a filter can name. */
const MAX_RANGES = 500;

export class Picks {
  ranges = $state.raw(new Ranges());
  private anchor = -1;

  constructor(private readonly model: EventsModel) {}

  get size(): number {
    return this.ranges.size;
  }

  has(i: number): boolean {
    return this.ranges.has(i);
  }

  toggle(i: number): void {
    const { selIndex } = this.model;
    if (!this.size && selIndex >= 0 && i !== selIndex) this.ranges = this.ranges.with(selIndex, selIndex);
    this.ranges = this.ranges.toggled(i);
    this.anchor = i;
  }

  /** Picks all rows from the last one touched to i. */
  async to(i: number): Promise<void> {
    if (this.anchor < 0 || !this.size) this.anchor = this.model.selIndex >= 0 ? this.model.selIndex : i;
    this.ranges = new Ranges().with(this.anchor, i);
    await this.model.selectIndex(i);
  }

  async extend(n: number): Promise<void> {
    const { selIndex, rows } = this.model;
    if (!rows) return;
    await this.to(Math.max(0, Math.min(rows - 1, (selIndex >= 0 ? selIndex : 0) + n)));
  }

  all(): void {
    if (this.model.rows) this.ranges = new Ranges().with(0, this.model.rows - 1);
  }

  clear(): void {
    if (this.size) this.ranges = new Ranges();
    this.anchor = -1;
  }

  /** The filter that selects the picked events; null if there are too many pieces, or they have gone. */
  async filter(): Promise<string | null> {
    const { view } = this.model;
    const { list } = this.ranges;
    if (!list.length || list.length > MAX_RANGES) return null;
    const ids: Span[] = [];
    for (const [a, b] of list) {
      const [first, last] = [await view.rowAt(a), await view.rowAt(b)];
      if (!first || !last) return null;
      ids.push([first[R.id], last[R.id]]);
    }
    return addTerm(view.shown.q, idTerm(ids));
  }
}

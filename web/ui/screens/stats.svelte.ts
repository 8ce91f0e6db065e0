// This file is the state behind the statistics screen: a view of its own, and
// what the server adds up over it.

import { app } from '../app.svelte';
import { addTerm } from '../core/filter';
import type { Err, Numbers, Sum } from '../core/protocol';
import { scope } from '../core/router';
import type { Line } from '../core/timeline';
import { EventView } from '../core/view';

const VIEW = 61;
const CELLS = 600;

export class StatsModel {
  line = $state.raw<Line>({ width: 1, cells: [] });
  numbers = $state.raw<Numbers | null>(null);
  partly = $state(0); // share added up, 1: all
  total = $state(0);
  all = $state(0);
  error = $state.raw<Err | null>(null);
  private view: EventView;
  private detach: () => void;
  private asked = '';

  constructor() {
    this.view = new EventView(app.link, VIEW, {
      changed: () => {
        this.total = this.view.shown.total;
        this.all = this.view.shown.all;
      },
      landed: () => {},
      refused: (e) => (this.error = e),
    });
    this.view.sum({ kinds: ['timeline', 'numbers'], n: CELLS }, (s) => this.told(s));
    this.detach = app.attach(VIEW, this.view, () => this.view.reopen({ to: 'top' }));
  }

  destroy(): void {
    this.detach();
  }

  /** Brings the model in line with the address. */
  enter(): void {
    const s = scope(app.route);
    const key = `${s} ${app.route.q}`;
    if (key === this.asked) return;
    this.asked = key;
    this.error = null;
    this.view.open(s, app.route.q, { to: 'top' });
  }

  setFilter(q: string, how: 'push' | 'replace'): void {
    if (q.trim() !== app.route.q) app.go({ q: q.trim() }, how);
  }

  add(term: string): void {
    this.setFilter(addTerm(app.route.q, term), 'push');
  }

  private told(s: Sum): void {
    // What was there stays until what takes its place is whole, or large enough to be of use.
    if (s.scan !== undefined && s.scan < 0.02 && this.numbers) return;
    if (s.timeline) this.line = s.timeline;
    if (s.numbers) this.numbers = s.numbers;
    this.partly = s.scan ?? 1;
  }
}

// This file counts what a filter would find, for the chips above the table,
// with a view of its own.

import { app } from '../app.svelte';
import { EventView } from '../core/view';

export class Count {
  /** How many there are; null: not known yet. */
  n = $state<number | null>(null);
  private view: EventView;
  private detach: () => void;
  private asked = '';

  constructor(id: number) {
    const took = () => {
      const p = this.view.shown;
      this.n = p.epoch && !this.view.next ? p.total : null;
    };
    this.view = new EventView(app.link, id, { changed: took, landed: took, refused: () => (this.n = null) });
    this.detach = app.attach(id, this.view, () => this.view.reopen({ to: 'end' }));
  }

  /** Counts what q finds in a scope. */
  of(scope: string, q: string): void {
    const asked = `${scope} ${q}`;
    if (asked === this.asked) return;
    this.asked = asked;
    this.n = null;
    this.view.open(scope, q, { to: 'end' });
  }

  destroy(): void {
    this.detach();
  }
}

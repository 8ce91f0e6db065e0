// This file is the state behind the search screen: a view over everything, and the
// hits that the server found in it, by session.

import { app } from '../app.svelte';
import type { Err, Sum } from '../core/protocol';
import { EventView } from '../core/view';

const VIEW = 62;
const GROUPS = 20; // sessions at first

export class SearchModel {
  hits = $state.raw<NonNullable<Sum['hits']> | null>(null);
  of = $state(''); // the search whose hits these are
  share = $state(1); // looked through
  total = $state(0);
  all = $state(0);
  stopped = $state(false);
  error = $state.raw<Err | null>(null);
  groups = $state(GROUPS);
  private view: EventView | null = null;
  private detach: () => void = () => {};
  private asked = '';

  /** Brings the model in line with the address. */
  enter(): void {
    const { q } = app.route;
    if (q === this.asked) return;
    this.asked = q;
    this.groups = GROUPS;
    this.search();
  }

  /** Searches from the beginning. */
  search(): void {
    this.error = null;
    this.stopped = false;
    if (!this.asked) return this.close();
    if (!this.view) {
      this.view = new EventView(app.link, VIEW, {
        changed: () => this.counted(),
        landed: () => {},
        refused: (e) => (this.error = e),
      });
      this.wish();
      this.detach = app.attach(VIEW, this.view, () => this.view?.reopen({ to: 'top' }));
    }
    this.view.open('all', this.asked, { to: 'top' });
  }

  more(): void {
    this.groups += GROUPS;
    this.wish();
  }

  private wish(): void {
    this.view?.sum({ kinds: ['hits'], groups: this.groups }, (s) => this.told(s));
  }

  private told(s: Sum): void {
    const q = (this.view!.next ?? this.view!.shown).q;
    // The hits of before stay until there are some of this one, or it is known that there are none.
    if (this.of !== q && !s.hits?.of && s.scan !== undefined) return;
    this.of = q;
    this.hits = s.hits ?? null;
    this.share = s.scan ?? 1;
  }

  private counted(): void {
    const p = this.view!.next ?? this.view!.shown;
    this.total = p.total;
    this.all = p.all;
    if (p.scan !== undefined) this.share = p.scan;
  }

  /** Ends the search where it is; what was found stays. */
  stop(): void {
    if (this.share === 1) return;
    const share = this.share;
    this.drop();
    this.share = share;
    this.stopped = true;
  }

  private drop(): void {
    this.detach();
    this.detach = () => {};
    this.view = null;
  }

  close(): void {
    this.drop();
    this.hits = null;
    this.of = '';
    this.total = 0;
    this.share = 1;
  }
}

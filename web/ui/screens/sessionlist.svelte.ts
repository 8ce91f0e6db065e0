// This file is the list of sessions as a screen shows it: a window into that of
// the server. A page has one at a time.

import { onDestroy } from 'svelte';
import { app } from '../app.svelte';
import type { Session } from '../core/protocol';

/** Where the reader was on the Sessions screen: that is where he comes back to. */
export const place = { from: 0, limit: 0, at: 0, top: 0 };

export class SessionList {
  list = $state.raw<Session[]>([]);
  total = $state(0); // in the whole list
  known = $state(false);

  /** For a component, while it is there: what it shows is asked for again when that changes. */
  constructor(order: () => string, from: () => number, n: () => number) {
    const window = app.list;
    window.open();
    const take = () => {
      if (window.known) ({ list: this.list, total: this.total, known: this.known } = window);
    };
    app.listed = take;
    const detach = app.whenBack(() => window.ask());
    $effect(() => window.show(order(), from(), n()));
    onDestroy(() => {
      detach();
      if (app.listed !== take) return; // another one has come
      app.listed = null;
      window.close();
    });
  }
}

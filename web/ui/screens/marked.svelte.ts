// This file keeps which sessions are marked in the list, to be compared.

import { app } from '../app.svelte';
import { nothing } from '../core/compareroute';
import { home } from '../core/router';

class Marked {
  ids = $state.raw<number[]>([]); // at most two, in the order of marking

  /** Marks a session, or no more. A third mark takes the place of the first. */
  toggle(id: number): void {
    if (this.ids.includes(id)) this.ids = this.ids.filter((other) => other !== id);
    else this.ids = [...this.ids, id].slice(-2);
    if (this.ids.length === 2) app.tell('Two sessions are marked: c compares them');
  }

  /** Compares the marked ones; with one or none, the other is still to be chosen. */
  compare(otherwise = 0): void {
    const [a = otherwise, b = 0] = this.ids;
    this.go(a, b);
  }

  /** Compares a session with another, to be chosen. */
  compareOne(session: number): void {
    this.go(session, 0);
  }

  private go(a: number, b: number): void {
    const id = (n: number) => (n ? String(n) : '');
    app.go({ ...home, screen: 'compare', compare: { ...nothing, a: id(a), b: id(b) } });
  }
}

export const marked = new Marked();

// This file finds words among the rows without hiding the others: a view of its
// own selects the rows that have them, and says which is the next.

import { app } from '../app.svelte';
import { lex, quoted } from '../core/filter';
import { words } from '../core/highlight';
import { R } from '../core/protocol';
import { scope } from '../core/router';
import type { EventsModel } from './events.svelte';
import { Neighbours } from './neighbours';

const VIEW = 25;

/** Whether it names a field: other words are looked for as they are. */
const isFilter = (text: string) => lex(text).some((t) => t.type === 'field');

export class Find {
  open = $state(false); // the box is shown
  text = $state('');
  place = $state(0); // which of the matches is selected, 0: none
  of = $state(0);
  none = $state(false); // nothing matches
  private rows: Neighbours;

  constructor(private readonly model: EventsModel) {
    this.rows = new Neighbours(VIEW);
  }

  destroy(): void {
    this.rows.destroy();
  }

  /** What is to be marked in the rows. */
  get marked(): string[] {
    const text = this.text.trim();
    return this.open && text ? words(isFilter(text) ? text : quoted(text)) : [];
  }

  /** Selects the next match after the selected row, or the one before; false if there is none. */
  async step(step: 1 | -1): Promise<boolean> {
    const { model } = this;
    const text = this.text.trim();
    if (!text) return false;
    // With nothing selected the search begins at the first row in sight.
    const from = model.sel || (model.view.row(model.table?.seen().first ?? 0)?.[R.id] ?? 1);
    const ask = (term: string) =>
      this.rows.next(scope(app.route), model.q, term, from, step, model.sel === 0);
    const id = (isFilter(text) ? await ask(`(${text})`) : null) ?? (await ask(quoted(text)));
    if (text !== this.text.trim() || (model.sel && model.sel !== from)) return false;
    this.of = this.rows.of;
    this.none = this.of === 0;
    if (!id) {
      app.tell(this.none ? 'Nothing found' : `No ${step > 0 ? 'later' : 'earlier'} match`);
      return false;
    }
    this.place = this.rows.place;
    app.say(`Match ${this.place} of ${this.of}`);
    void model.goEvent(id);
    return true;
  }

  /** Closes the box; false if it was not open. */
  close(): boolean {
    const was = this.open;
    this.open = false;
    this.place = this.of = 0;
    this.none = false;
    return was;
  }
}

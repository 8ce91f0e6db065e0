// This file is the state behind a ladder: its lanes and the drawing of the
// rows in sight, on the screen and as a file.

import { app } from '../app.svelte';
import type { Action } from '../core/keys';
import { draw, type Figure, type Step } from '../core/ladder';
import { lanesOf } from '../core/lanes';
import { paletteOf, svgOf } from '../core/laddersvg';
import { scope } from '../core/router';
import { sessionId } from '../core/format';
import { connectionLabels } from '../parts/cells';
import { save } from '../parts/save';
import { Count } from './counts.svelte';
import type { EventsModel } from './events.svelte';

const PROXY_VIEW = 24;
const AROUND = 128; // rows out of sight that may be joined to those in it
const MAX_DRAWN = 2000; // rows of a file

export class LadderModel {
  private notes = new Count(PROXY_VIEW);
  private sessions = $derived.by(() => {
    const s = this.model.session;
    return app.route.session ? (s ? [s] : []) : app.sessions;
  });
  private names = $derived(connectionLabels(this.sessions));
  /** A proxy has recorded this: it has a lane. */
  private proxied = $derived((this.notes.n ?? 0) > 0);
  private lanes = $derived(lanesOf(this.sessions, this.proxied, this.names));

  constructor(private readonly model: EventsModel) {}

  /** Looks whether a proxy was there. */
  enter(): void {
    this.notes.of(scope(app.route), 'kind:note note:opened');
  }

  destroy(): void {
    this.notes.destroy();
  }

  /** The drawing of the rows in sight, for a pane of that width. */
  figure(width: number): Figure {
    const w = this.model.window;
    return draw(this.steps(w.first - AROUND, w.last + AROUND), this.lanes, {
      width,
      height: w.height,
      row: w.row,
      first: w.first,
      offset: w.offset,
      last: w.last,
      scale: app.route.scale,
      names: this.names,
    });
  }

  private steps(first: number, last: number): Step[] {
    const out: Step[] = [];
    for (let i = Math.max(0, first); i <= Math.min(last, this.model.rows - 1); i++) {
      const row = this.model.view.row(i);
      if (row) out.push({ i, row });
    }
    return out;
  }

  /** Saves the rows in sight, or the first of all, as a file. */
  async save(what: 'sight' | 'all', width: number): Promise<void> {
    const { view, window: w, rows } = this.model;
    const first = what === 'sight' ? w.first : 0;
    const last = what === 'sight' ? w.last : Math.min(rows, MAX_DRAWN) - 1;
    const steps: Step[] = [];
    for (let i = first; i <= last; i++) {
      const row = await view.rowAt(i);
      if (row) steps.push({ i, row });
    }
    const height = app.route.scale && what === 'sight' ? w.height : (last - first + 1) * w.row + 8;
    const f = draw(steps, this.lanes, {
      width,
      height,
      row: w.row,
      first,
      offset: 0,
      last,
      scale: app.route.scale,
      names: this.names,
    });
    const css = getComputedStyle(document.documentElement);
    const title = `msnscope: ladder of ${app.route.session ? `session ${sessionId(app.route.session)}` : 'all sessions'}, rows ${first + 1} to ${last + 1} of ${rows}`;
    save(
      svgOf(
        f,
        paletteOf((n) => css.getPropertyValue(n)),
        title,
      ),
      'msnscope-ladder.svg',
      'image/svg+xml',
    );
    if (what === 'all' && rows > MAX_DRAWN)
      app.banner(
        'info',
        `The file has the first ${MAX_DRAWN} of ${rows} rows: filter, or save what is in sight.`,
      );
  }

  actions(width: () => number): Action[] {
    const group = 'Ladder';
    return [
      {
        id: 'ladderscale',
        group,
        label: 'Ladder: true to time, or a row each',
        keys: ['t'],
        run: () => app.go({ scale: !app.route.scale }, 'replace'),
      },
      {
        id: 'laddersvg',
        group,
        label: 'Ladder: save what is in sight as SVG',
        run: () => void this.save('sight', width()),
      },
      {
        id: 'laddersvgall',
        group,
        label: `Ladder: save all rows as SVG (the first ${MAX_DRAWN})`,
        run: () => void this.save('all', width()),
      },
    ];
  }
}

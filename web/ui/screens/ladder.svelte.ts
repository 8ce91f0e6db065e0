// This file is the state behind a ladder: its lanes and the drawing of the
// rows in sight, on the screen and as a file.

import { untrack } from 'svelte';
import { app } from '../app.svelte';
import type { Action } from '../core/keys';
import { draw, type Figure, type Step } from '../core/ladder';
import { lanesOf } from '../core/lanes';
import { paletteOf, svgOf } from '../core/laddersvg';
import { scope } from '../core/router';
import { sessionId } from '../core/format';
import { connectionLabels } from '../parts/cells';
import { save } from '../parts/save';
import { R } from '../core/protocol';
import { Count } from './counts.svelte';
import type { EventsModel } from './events.svelte';
import { SessionList } from './sessionlist.svelte';

const PROXY_VIEW = 24;
const FEW = 256; // sessions
const AROUND = 128; // rows out of sight that may be joined to those in it
const MAX_DRAWN = 2000; // rows of a file

export class LadderModel {
  private notes = new Count(PROXY_VIEW);
  // Of a few sessions all have their lanes; of many those near the rows in sight share some.
  private few = new SessionList(
    () => '-id',
    () => 0,
    () => (app.route.session ? 0 : FEW),
  );
  private many = $derived(!app.route.session && this.few.total > FEW);
  private near = $state.raw<number[]>([]);
  private wanted = $derived(app.route.session ? [] : this.many ? this.near : this.few.list.map((s) => s.id));
  private sessions = $derived.by(() => {
    if (!app.route.session) return this.wanted.map((id) => app.session(id)).filter((s) => s !== undefined);
    const s = this.model.session;
    return s ? [s] : [];
  });
  private names = $derived(connectionLabels(this.sessions));
  /** A proxy has recorded this: it has a lane. */
  private proxied = $derived((this.notes.n ?? 0) > 0);
  private lanes = $derived(lanesOf(this.sessions, this.proxied, this.names, this.many));

  constructor(private readonly model: EventsModel) {
    $effect(() => app.watch.want(this, this.wanted));
    $effect(() => {
      const w = model.window;
      if (this.many) untrack(() => this.look(w.first - AROUND, w.last + AROUND));
    });
  }

  // Which sessions the rows from first to last are of.
  private look(first: number, last: number): void {
    const ids = new Set(this.steps(first, last).map((s) => s.row[R.session]));
    ids.delete(0);
    if (ids.size !== this.near.length || this.near.some((id) => !ids.has(id))) this.near = [...ids];
  }

  /** Looks whether a proxy was there. */
  enter(): void {
    this.notes.of(scope(app.route), 'kind:note note:opened');
  }

  destroy(): void {
    app.watch.want(this, []);
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

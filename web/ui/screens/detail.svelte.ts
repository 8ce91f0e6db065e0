// This file is the state behind the detail pane: the event in full, fetched
// when the selection rests on it, and the bytes of it that are marked.

import { app } from '../app.svelte';
import type { EventObject, Marked } from '../core/protocol';
import { RequestError } from '../core/source';
import type { Range } from '../core/bytes';

const ALL_BYTES = 1 << 20; // the most of an event that the server gives

interface Wish {
  id: number;
  max: number; // bytes, 0: as many as the server gives unasked
  secrets: boolean;
}

export class DetailModel {
  event = $state.raw<EventObject | null>(null);
  missing = $state(''); // why there is no event
  secrets = $state(false);
  pinned = $state.raw<Range | null>(null); // marked bytes
  hover = $state.raw<Range | null>(null); // bytes under the pointer or the caret
  private shown = 0; // id of event
  private wish: Wish | null = null;
  private got: Wish | null = null;
  private busy = false;

  /** Shows another event; secrets are hidden again. */
  show(id: number): void {
    if (id !== this.wish?.id) {
      this.secrets = false;
      this.pinned = null;
      this.hover = null;
    }
    this.ask({ id, max: 0, secrets: this.secrets });
  }

  clear(): void {
    this.wish = null;
    this.event = null;
    this.missing = '';
    this.pinned = null;
    this.hover = null;
  }

  showSecrets(on: boolean): void {
    this.secrets = on;
    if (this.wish) this.ask({ ...this.wish, secrets: on });
  }

  /** Takes over marks that have changed. */
  remark(list: Marked[]): void {
    const m = list.find((m) => m.id === this.event?.id);
    if (m && this.event) this.event = { ...this.event, mark: m.mark, user_note: m.note };
  }

  showAll(): void {
    if (this.wish) this.ask({ ...this.wish, max: ALL_BYTES });
  }

  // While a request is on its way only the latest wish counts.
  private ask(w: Wish): void {
    this.wish = w;
    this.missing = '';
    if (!this.busy) void this.fetch();
  }

  private async fetch(): Promise<void> {
    this.busy = true;
    while (this.wish && this.wish !== this.got) {
      const w: Wish = this.wish;
      try {
        const r = await app.link.request<{ event: EventObject }>({ op: 'event', ...w });
        if (w === this.wish) {
          this.event = { ...r.event, ...r.event.injected }; // shown as the command it is
          this.shown = w.id;
        }
      } catch (e) {
        if (w === this.wish) {
          this.missing = e instanceof RequestError ? e.message : String(e);
          // What is there stays to be read while the connection is away, but not as another event.
          const other = this.shown !== w.id;
          if (other || (e instanceof RequestError && e.code !== 'offline')) this.event = null;
        }
      }
      this.got = w;
    }
    this.busy = false;
  }
}

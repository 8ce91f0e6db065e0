// This file keeps what the chat screen shows: the chats of a session, and of
// the chosen one the lines that are on screen and some around them.

import { app } from '../app.svelte';
import { presence, type Chat, type ChatPage, type Line } from '../core/chat';
import { ask } from '../core/ask';

const WITHIN = 300; // ms after which what has been read so far is worth a look
const LIVE_EVERY = 700; // ms between two looks at a chat that goes on
const PAGE = 128; // lines fetched at a time
const MAX_PAGES = 24; // kept

interface Page {
  rows: Line[];
  there: string[][]; // who was there after each row
  stale: boolean; // to be fetched again when it is looked at
  used: number;
}

export class ChatModel {
  list = $state.raw<Chat[]>([]);
  chat = $state.raw<Chat | null>(null); // the chosen one
  total = $state(0);
  version = $state(0); // grows when rows have come
  cursor = $state(-1); // line, -1: none
  follow = $state(true);
  read = $state(1); // share of the chat that the server has read so far
  loading = $state(true);
  error = $state('');
  find = $state('');
  notFound = $state(false);
  /** Brings a line into sight; the end for -1. Set by the conversation. */
  show: (i: number, focus: boolean) => void = () => {};
  private pages = new Map<number, Page>();
  private asking = new Set<number>();
  private wanted: [number, number] = [0, 0];
  private stop = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private looked = 0;
  private tick = 0;
  private session = 0;
  private id = 0;
  private at = 0; // event of the address
  private sought = 0; // event that the cursor was put on
  /** The reader has gone somewhere: the end, when it is known, must not come in between. */
  moved = false;

  /** Takes over what the address says. */
  enter(): void {
    const { session, chat, event } = app.route;
    if (session === this.session && chat === this.id && event === this.sought && this.chat) return;
    if (session !== this.session) {
      this.list = [];
      this.session = session;
      this.loading = true;
    }
    if (chat !== this.id) this.open(chat);
    if (event !== this.at || !chat) {
      this.at = event;
      this.follow = !event;
    }
    this.look();
  }

  private open(chat: number): void {
    this.stop.abort();
    this.stop = new AbortController();
    this.id = chat;
    this.chat = null;
    this.pages.clear();
    this.asking.clear();
    this.total = 0;
    this.cursor = -1;
    this.notFound = false;
    this.at = -1;
    this.sought = 0;
    this.moved = false;
    this.read = 1;
  }

  /** Looks again: soon, if a live session has just been looked at. */
  look(now = true): void {
    clearTimeout(this.timer);
    const wait = now ? 0 : Math.max(0, this.looked + LIVE_EVERY - Date.now());
    this.timer = setTimeout(() => void this.load(), wait);
  }

  private async load(): Promise<void> {
    this.looked = Date.now();
    const { signal } = this.stop;
    const { session, event, chat } = app.route;
    try {
      const r = await ask<{ chats: Chat[]; at: number }>(
        `/api/chats?session=${session}&within=${WITHIN}${event ? `&at=${event}` : ''}`,
        signal,
      );
      this.list = r.chats;
      this.loading = false;
      this.error = '';
      if (!chat) {
        // The chat of the event that is selected, or the newest.
        const to = r.at || r.chats.at(-1)?.id;
        if (to) app.go({ chat: to, event: r.at ? event : 0 }, 'replace');
        return;
      }
      if (!r.chats.some((c) => c.id === chat || c.connections.some((v) => v.id === chat))) {
        this.error = `session ${session} has no chat ${chat}`;
      }
      for (const p of this.pages.values()) p.stale = true;
      await this.lines(event);
      if (this.read < 1 && !signal.aborted) this.look();
    } catch (e) {
      if (signal.aborted) return;
      this.error = e instanceof Error ? e.message : String(e);
      this.loading = false;
    }
  }

  // The chat as it is, and the place of the event in the address.
  private async lines(event: number): Promise<void> {
    const first = this.chat === null;
    const seek = event !== 0 && (first || this.sought !== event);
    const p = await ask<ChatPage>(
      `/api/chats/${this.id}?within=${WITHIN}&n=${seek ? 1 : 0}${seek ? `&at=${event}` : ''}`,
      this.stop.signal,
    );
    const grew = p.lines !== this.total;
    this.chat = p;
    this.total = p.lines;
    const wasRead = first ? 1 : this.read;
    this.read = p.read;
    if (p.read < 1) {
      // Its end and the place of the event are not known yet: the beginning is there to be read.
      if (first) this.follow = false;
      this.version++;
      if (first) this.show(0, false);
    } else if (seek) {
      this.cursor = p.index;
      this.sought = event;
      this.follow = false;
      this.version++;
      this.show(p.index, false);
    } else if (wasRead < 1 && !this.moved) {
      this.follow = true;
      this.version++;
      this.show(-1, false);
    } else if (first || (grew && this.follow)) {
      this.version++;
      this.show(-1, false);
    }
    this.need(...this.wanted);
  }

  row(i: number): Line | undefined {
    return this.pages.get(Math.floor(i / PAGE))?.rows[i % PAGE];
  }

  /** Who was there after line i. */
  there(i: number): string[] {
    return this.pages.get(Math.floor(i / PAGE))?.there[i % PAGE] ?? [];
  }

  /** Has the lines from first to last be there. */
  need(first: number, last: number): void {
    this.wanted = [first, last];
    if (!this.total) return;
    this.tick++;
    for (let n = Math.floor(first / PAGE); n <= Math.floor(Math.max(first, last - 1) / PAGE); n++) {
      const p = this.pages.get(n);
      if (p) p.used = this.tick;
      if (n * PAGE < this.total && (!p || p.stale) && !this.asking.has(n)) void this.fetch(n);
    }
  }

  private async fetch(n: number): Promise<void> {
    this.asking.add(n);
    const { signal } = this.stop;
    try {
      const p = await ask<ChatPage>(
        `/api/chats/${this.id}?within=${WITHIN}&from=${n * PAGE}&n=${PAGE}`,
        signal,
      );
      if (signal.aborted) return;
      this.pages.set(n, {
        rows: p.rows,
        there: presence(p.present, p.rows),
        stale: false,
        used: this.tick,
      });
      if (this.pages.size > MAX_PAGES) {
        const oldest = [...this.pages].sort((a, b) => a[1].used - b[1].used)[0];
        this.pages.delete(oldest[0]);
      }
      this.version++;
    } catch (e) {
      if (!signal.aborted) this.error = e instanceof Error ? e.message : String(e);
    } finally {
      this.asking.delete(n);
    }
  }

  /** Chooses a line; its event goes into the address. */
  choose(i: number): void {
    const l = this.row(i);
    if (!l) return;
    this.cursor = i;
    this.follow = false;
    this.moved = true;
    this.at = this.sought = l.event;
    app.go({ event: l.event }, 'replace');
  }

  /** Goes to a line by its number. */
  async go(i: number): Promise<void> {
    i = Math.max(0, Math.min(this.total - 1, i));
    if (this.total === 0) return;
    if (!this.row(i)) await this.fetch(Math.floor(i / PAGE));
    this.choose(i);
    this.show(i, true);
  }

  move(by: number): void {
    void this.go(this.cursor < 0 ? this.total - 1 : this.cursor + by);
  }

  end(): void {
    this.cursor = -1;
    this.at = this.sought = 0;
    this.follow = true;
    app.go({ event: 0 }, 'replace');
    this.show(-1, false);
  }

  /** Goes to the next line that has the text, or to the one before. */
  async search(text: string, back = false): Promise<void> {
    this.find = text;
    this.notFound = false;
    if (!text || !this.chat) return;
    const from = this.cursor < 0 ? (back ? this.total - 1 : 0) : this.cursor + (back ? -1 : 1);
    try {
      const path = `/api/chats/${this.id}/find?text=${encodeURIComponent(text)}${back ? '&back=1' : ''}`;
      let r = { index: -1 };
      if (from >= 0 && from < this.total)
        r = await ask<{ index: number }>(`${path}&from=${from}`, this.stop.signal);
      if (r.index < 0)
        r = await ask<{ index: number }>(`${path}&from=${back ? this.total - 1 : 0}`, this.stop.signal);
      if (r.index < 0) this.notFound = true;
      else await this.go(r.index);
    } catch (e) {
      this.error = e instanceof Error ? e.message : String(e);
    }
  }

  /** All of a text of which a row has the beginning only. */
  async whole(l: Line): Promise<string> {
    const e = await ask<{ payload?: { text?: string } }>(
      `/api/event/${l.event}?max=1048576`,
      this.stop.signal,
    );
    return e.payload?.text ?? '';
  }

  destroy(): void {
    clearTimeout(this.timer);
    this.stop.abort();
  }
}

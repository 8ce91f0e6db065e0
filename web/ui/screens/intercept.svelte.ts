// This file keeps what the Intercept screen shows and does: the queue as the
// server tells it, the command that is edited, the rules, and the connections
// that something can be sent on.

import { app } from '../app.svelte';
import { fromBase64 } from '../core/bytes';
import * as x from '../core/intercept';
import type { EventObject } from '../core/protocol';
import { home } from '../core/router';

export type Form = 'fields' | 'text' | 'hex';

/** A held command as it is edited; kept while others are looked at. */
export class Draft {
  event: EventObject;
  raw: Uint8Array;
  bytes = $state.raw<Uint8Array>(new Uint8Array());
  form = $state<Form>('fields');
  hex = $state<string | null>(null); // as typed, while it is not what the bytes give
  mend = $state(true);
  before = $state('');
  after = $state('');
  fresh = $state(true);
  along = $state(false); // before and after are shown

  constructor(e: EventObject) {
    this.event = e;
    this.raw = fromBase64(e.raw ?? '');
    this.bytes = this.raw;
  }

  get payload(): boolean {
    return (this.event.body ?? 0) < this.raw.length || !!this.event.payload;
  }
  /** What would be sent. */
  sent = $derived.by(() => (this.mend ? x.mended(this.bytes, this.payload) : this.bytes));
  changed = $derived.by(() => !x.same(this.sent, this.raw));
  valid = $derived.by(() => this.hex === null || x.fromHex(this.hex) !== null);
}

/** The name of this window, in what it does. */
function windowName(): string {
  const made = 'window ' + Math.random().toString(36).slice(2, 8);
  try {
    const kept = sessionStorage.getItem('msnscope.window') ?? made;
    sessionStorage.setItem('msnscope.window', kept);
    return kept;
  } catch {
    return made;
  }
}

const LOOK_EVERY = 2000; // ms between two looks at rules and connections

export class InterceptModel {
  readonly me = windowName();
  rules = $state.raw<x.RulesState | null>(null);
  conns = $state.raw<x.LiveConn[]>([]);
  draft = $state.raw<Draft | null>(null);
  gone = $state(''); // why the command looked at is held no more
  error = $state('');
  busy = $state(false);
  target = $state<{ conn: number; dir: 'c2s' | 's2c' }>({ conn: 0, dir: 's2c' }); // of the composer
  private drafts = new Map<number, Draft>();
  private timer: ReturnType<typeof setInterval> | undefined;

  // What this window has decided is gone at once, also where the server's word is still on its way.
  private decided = $state.raw(new Set<number>());
  held = $derived((app.hold?.held ?? []).filter((h) => !this.decided.has(h.id)));
  done = $derived([...(app.hold?.done ?? [])].reverse());
  selected = $derived(this.held.find((h) => h.id === app.route.held) ?? null);

  constructor() {
    this.timer = setInterval(() => void this.look(), LOOK_EVERY);
    void this.look();
  }

  destroy(): void {
    clearInterval(this.timer);
  }

  /** Looks at what the server does not push. */
  async look(): Promise<void> {
    if (app.status !== 'open' || !app.proxy) return;
    try {
      const [state, rules] = await Promise.all([
        x.ask<x.HoldState>('/api/hold'),
        x.ask<x.RulesState>('/api/rules'),
      ]);
      this.conns = state.conns;
      this.rules = rules;
    } catch (e) {
      this.say(e);
    }
  }

  private say(e: unknown): void {
    this.error = e instanceof Error ? e.message : String(e);
  }

  /** Brings the draft in line with the address: called when it or the queue has changed. */
  async follow(id: number): Promise<void> {
    if (!id) {
      this.draft = null;
      this.gone = '';
      return;
    }
    if (this.selected) {
      const kept = this.drafts.get(id);
      this.draft = kept ?? null; // at once: the one before must not be taken for this one's
      this.gone = '';
      if (kept) return;
      try {
        const e = await x.ask<EventObject>(`/api/hold/${id}?secrets=1`);
        const d = this.drafts.get(id) ?? new Draft(e);
        this.drafts.set(id, d);
        if (app.route.held === id) this.draft = d;
      } catch {
        if (app.route.held === id) this.gone = x.fate(this.done, id, this.me);
      }
      return;
    }
    if (!app.hold) return;
    this.draft = this.drafts.get(id) ?? null;
    this.gone = x.fate(this.done, id, this.me);
  }

  select(id: number, how: 'push' | 'replace' = 'replace'): void {
    if (app.route.screen !== 'intercept') return; // left meanwhile
    app.go({ ...home, screen: 'intercept', held: id }, how);
  }

  move(by: 1 | -1): void {
    const at = this.held.findIndex((h) => h.id === app.route.held);
    const next = this.held[at < 0 ? (by > 0 ? 0 : this.held.length - 1) : at + by];
    if (next) this.select(next.id);
  }

  /** Does something to the command looked at, and goes on to the next. */
  async act(act: 'forward' | 'drop' | 'edit'): Promise<void> {
    const h = this.selected;
    if (!h || this.busy) return;
    const d = this.draft;
    if (act === 'edit' && !d) return;
    if (act === 'edit' && d && !d.valid) return this.say('The hex is not whole: bytes have two digits each.');
    const body: Record<string, unknown> = { act, by: this.me };
    if (d) {
      if (act === 'edit') Object.assign(body, { data: x.toBase64(d.sent) });
      if (act !== 'drop' && d.along) {
        const along = (s: string) => (s ? x.toBase64(x.fromText(s)) : undefined);
        Object.assign(body, { before: along(d.before), after: along(d.after), fresh: d.fresh, mend: d.mend });
      }
    }
    const at = this.held.indexOf(h);
    const next = this.held[at + 1] ?? this.held[at - 1];
    this.busy = true;
    this.error = '';
    try {
      await x.ask(`/api/hold/${h.id}`, body);
      this.drafts.delete(h.id);
      this.decided = new Set([...this.decided, h.id]);
      app.say(act === 'edit' ? 'Edited command sent' : act === 'drop' ? 'Dropped' : 'Forwarded');
      this.select(next?.id ?? 0);
    } catch (e) {
      if (e instanceof x.Refused && e.status === 409) {
        this.gone = x.fate(this.done, h.id, this.me);
        app.alert(this.gone);
      } else this.say(e);
    }
    this.busy = false;
  }

  async forwardAll(): Promise<void> {
    await this.try(async () => {
      const r = await x.ask<{ n: number }>('/api/hold', { act: 'forward', by: this.me });
      app.say(`${r.n} forwarded`);
      this.drafts.clear();
      this.select(0);
    });
  }

  /** Holds the next command of a filter. */
  async holdNext(filter: string): Promise<boolean> {
    return this.try(async () => {
      await x.ask('/api/hold', { act: 'next', filter });
      app.tell('The next one will be held');
    });
  }

  async inject(
    conn: number,
    dir: string,
    data: Uint8Array,
    mend: boolean,
    fresh: boolean,
  ): Promise<string | null> {
    let sent: string | null = null;
    await this.try(async () => {
      const r = await x.ask<{ sent: string }>('/api/inject', {
        conn,
        dir,
        data: x.toBase64(data),
        mend,
        fresh,
        by: this.me,
      });
      sent = x.toText(fromBase64(r.sent));
      app.say('Sent');
    });
    return sent;
  }

  /** Puts rules in force; returns what is wrong with them, null if nothing. */
  async setRules(rules: x.Rule[]): Promise<x.RuleError | null> {
    try {
      const list = rules.map(({ hits: _, ...r }) => r);
      this.rules = await x.ask<x.RulesState>('/api/rules', { rules: list }, 'PUT');
      this.error = '';
      return null;
    } catch (e) {
      if (e instanceof x.Refused) return e.detail as unknown as x.RuleError;
      this.say(e);
      return { error: this.error };
    }
  }

  private async try(f: () => Promise<void>): Promise<boolean> {
    this.busy = true;
    this.error = '';
    try {
      await f();
    } catch (e) {
      this.say(e);
    }
    this.busy = false;
    return !this.error;
  }
}

// This file keeps what the replay screen shows: how the replay goes, as the
// server tells it, and the commands that have passed.

import { app } from '../app.svelte';
import { Refused, send } from '../core/ask';
import type { Err, Session } from '../core/protocol';
import * as replay from '../core/replay';
import { usual, type ReplayAsked } from '../core/replayroute';

const LOOK = 300; // ms between two looks at a replay that goes on
const IDLE = 2000; // and at whether another window has begun one

export class ReplayModel {
  state = $state.raw<replay.Replay | null>(null); // null: not known yet
  rows = $state.raw<replay.Passed[]>([]);
  at = $state(0); // number of the first of them
  error = $state(''); // of the last request
  filterError = $state.raw<Err | null>(null);
  busy = $state(false);
  password = $state(''); // stays in this window, and in no address
  private timer: ReturnType<typeof setTimeout> | undefined;
  private looks = 0;
  private ended = false;

  constructor() {
    void this.look();
  }

  destroy(): void {
    this.ended = true;
    clearTimeout(this.timer);
  }

  get asked(): ReplayAsked {
    return app.route.replay ?? usual;
  }

  /** The replay of the session looked at. */
  get mine(): replay.Replay | null {
    return this.state && this.state.state !== 'none' && this.state.session === app.route.session
      ? this.state
      : null;
  }
  /** One of another session that goes on. */
  get other(): replay.Replay | null {
    return replay.going(this.state) && !this.mine ? this.state : null;
  }
  get going(): boolean {
    return replay.going(this.mine);
  }

  change(c: Partial<ReplayAsked>): void {
    app.go({ replay: { ...this.asked, ...c } }, 'replace');
  }

  /** Looks how the replay goes, and again later. */
  async look(): Promise<void> {
    const n = ++this.looks;
    clearTimeout(this.timer);
    try {
      if (app.status !== 'lost') {
        const from = this.state ? this.at + this.rows.length : 0;
        let s = await send<replay.Replay>(`/api/replay?from=${from}`);
        if (s.state !== 'none' && s.began !== this.state?.began && from)
          s = await send<replay.Replay>('/api/replay'); // another one: from its beginning
        if (n !== this.looks || this.ended) return;
        this.take(s);
      }
    } catch {
      // the banner says that the connection is lost
    }
    if (this.ended) return;
    this.timer = setTimeout(() => void this.look(), replay.going(this.state) ? LOOK : IDLE);
  }

  private take(s: replay.Replay): void {
    const was = this.state;
    if (s.state === 'none') {
      this.rows = [];
      this.at = 0;
    } else if (s.began !== was?.began) ({ rows: this.rows, at: this.at } = replay.joined([], 0, s));
    else if (s.rows.length) ({ rows: this.rows, at: this.at } = replay.joined(this.rows, this.at, s));
    this.state = s;
    if (!replay.going(was) || replay.going(s) || s.session !== app.route.session) return;
    if (s.result) app.alert(s.result.differences ? 'Replay: there are differences' : 'Replay: no difference');
    else app.alert(s.state === 'cancelled' ? 'Replay cancelled' : `Replay failed: ${s.error ?? ''}`);
  }

  async start(session: Session): Promise<void> {
    if (this.busy || replay.going(this.state)) return;
    this.busy = true;
    this.error = '';
    this.filterError = null;
    try {
      await send('/api/replay', replay.request(session, this.asked, app.route.q, this.password, app.proxy));
      app.say('Replay begun');
    } catch (e) {
      this.refused(e);
    }
    this.busy = false;
    await this.look();
  }

  private refused(e: unknown): void {
    if (e instanceof Refused && e.detail.at !== undefined)
      this.filterError = { op: 'err', code: 'bad_filter', msg: e.message, ...e.detail };
    else if (e instanceof Refused && e.status === 409 && e.detail.session)
      return; // the look shows it
    else this.error = e instanceof Error ? e.message : String(e);
  }

  /** Cancels it, or ends it and keeps what was played. */
  async end(keep: boolean): Promise<void> {
    try {
      await send(`/api/replay${keep ? '?keep=1' : ''}`, undefined, 'DELETE');
    } catch (e) {
      this.refused(e);
    }
    await this.look();
  }
}

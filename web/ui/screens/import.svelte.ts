// This file sends files to the server and follows their imports. It goes on while
// other screens are open.

import { app } from '../app.svelte';
import { ask } from '../core/ask';
import { begunUpload, rememberUpload, Speed, type ImportReport, type Job } from '../core/imports';
import { Refused, upload } from '../core/upload';

const LOOK = 500; // ms between two looks at imports under way
const REPORTS = 16; // kept, like the server does

export interface Item {
  key: string;
  name: string;
  state: 'queued' | 'sending' | Job['state'];
  sent: number;
  size: number; // of the file
  job: Job | null;
  error: string;
  report: ImportReport | null;
  speed: Speed;
}

class Imports {
  items = $state<Item[]>([]); // in the order in which they were asked for
  private files = new Map<string, { file: File; abort: AbortController }>();
  private working = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private next = 0;

  /** Whether something is on its way from this page. */
  get sending(): boolean {
    return this.items.some((i) => i.state === 'sending' || i.state === 'queued');
  }

  add(files: File[]): void {
    for (const file of files) {
      const key = `file${++this.next}`;
      this.files.set(key, { file, abort: new AbortController() });
      this.items.push({
        key,
        name: file.name,
        state: 'queued',
        sent: 0,
        size: file.size,
        job: null,
        error: '',
        report: null,
        speed: new Speed(),
      });
    }
    void this.work();
  }

  // Sends one file after the other.
  private async work(): Promise<void> {
    if (this.working) return;
    this.working = true;
    for (let i = this.queued(); i; i = this.queued()) await this.send(i);
    this.working = false;
  }

  private queued(): Item | undefined {
    return this.items.find((i) => i.state === 'queued');
  }

  private async send(i: Item, anew = false): Promise<void> {
    const { file, abort } = this.files.get(i.key)!;
    const storage = window.localStorage;
    i.state = 'sending';
    const was = i.key;
    try {
      const there = anew
        ? []
        : (await ask<{ list: { id: string; size: number }[] }>('/api/uploads', abort.signal)).list;
      await upload(file, {
        signal: abort.signal,
        resume: begunUpload(storage, file, there),
        begun: (id) => {
          i.key = id;
          this.files.delete(was);
          this.files.set(id, { file, abort });
          rememberUpload(storage, file, id);
        },
        progress: (sent, size) => {
          i.sent = sent;
          i.speed.add(sent, Date.now());
          if (sent === size) {
            i.state = 'waiting';
            i.speed = new Speed();
            this.look();
          }
        },
      });
      await this.load();
    } catch (e) {
      if (!anew && e instanceof Refused && e.status === 404) return this.send(i, true); // it was gone on with too late
      if (abort.signal.aborted) i.state = 'cancelled';
      else {
        i.state = 'failed';
        i.error = e instanceof Error ? e.message : String(e);
        await this.load().catch(() => {}); // perhaps it was only the connection that failed
      }
    }
    this.files.delete(i.key);
    rememberUpload(storage, file, '');
  }

  /** Looks at what the server does, as long as it does something. */
  look(now = false): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(
      () =>
        void this.load()
          .catch(() => {})
          .then(() => {
            if (this.items.some((i) => i.state === 'waiting' || i.state === 'running')) this.look();
          }),
      now ? 0 : LOOK,
    );
  }

  private async load(): Promise<void> {
    const { list } = await ask<{ list: Job[] }>('/api/imports', AbortSignal.timeout(10_000));
    for (const job of list) {
      let i = this.items.find((x) => x.key === job.id);
      if (!i) {
        this.items.push({
          key: job.id,
          name: job.name,
          state: job.state,
          sent: job.size,
          size: job.size,
          job,
          error: '',
          report: null,
          speed: new Speed(),
        });
        i = this.items[this.items.length - 1];
      }
      if (i.state === 'sending' || i.state === 'queued') continue;
      i.job = job;
      i.state = job.state;
      i.error = job.error ?? '';
      if (job.state === 'running') i.speed.add(job.bytes, Date.now());
      if (job.state === 'done' && !i.report) await this.fetchReport(i);
    }
  }

  private async fetchReport(i: Item): Promise<void> {
    i.report = await ask<ImportReport>(
      `/api/imports/${encodeURIComponent(i.key)}`,
      AbortSignal.timeout(10_000),
    );
    app.say(`${i.name} is imported`);
    const done = this.items.filter((x) => x.report);
    for (const old of done.slice(0, -REPORTS)) this.items = this.items.filter((x) => x !== old);
  }

  /** Ends what is under way; forgets what has ended. */
  async end(i: Item): Promise<void> {
    const own = this.files.get(i.key);
    if (i.state === 'queued') {
      this.files.delete(i.key);
      this.items = this.items.filter((x) => x.key !== i.key);
    } else if (own) {
      own.abort.abort();
    } else {
      const under = i.state === 'waiting' || i.state === 'running';
      await fetch(`/api/imports/${encodeURIComponent(i.key)}`, { method: 'DELETE' }).catch(() => {});
      if (under) await this.load().catch(() => {});
      else this.items = this.items.filter((x) => x.key !== i.key);
    }
  }
}

export const imports = new Imports();

window.addEventListener('beforeunload', (e) => {
  if (imports.sending) e.preventDefault(); // what is only partly sent would stay so
});

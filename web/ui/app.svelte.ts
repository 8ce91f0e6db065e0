// This file holds what all screens share: the connection to the server, what
// it has said about proxy and sessions, the address, the settings, and what is
// to be read out or shown above the screen.

import type { HoldState } from './core/intercept';
import type { Hello, Marked, Proxy, ServerMessage, Session, SessionsSum } from './core/protocol';
import { ListWindow } from './core/sessionlist';
import { SessionWatch } from './core/sessionwatch';
import { Link, type HelloChange, type LinkStatus } from './core/source';
import type { EventView } from './core/view';
import * as prefs from './core/prefs';
import * as router from './core/router';
import { time, type Zone } from './core/format';
import type { Action } from './core/keys';
import type { Topic } from './core/explain';

export interface Banner {
  id: number;
  level: 'info' | 'warn' | 'error';
  text: string;
  at: number; // Unix µs
  reload?: boolean; // offers to load the page anew
}

const SAY_EVERY = 5000; // ms between two things read out politely
const MAX_BANNERS = 4;

function storage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

class App {
  status = $state<LinkStatus>('connecting');
  retryAt = $state(0); // Date.now() ms
  lostAt = $state(0);
  locked = $state(false); // the server no longer knows this page's token
  hello = $state.raw<Hello | null>(null);
  proxy = $state.raw<Proxy | null>(null);
  hold = $state.raw<HoldState | null>(null); // what is held by the proxy
  sum = $state.raw<SessionsSum | null>(null); // of all sessions; null: not known yet
  route = $state.raw<router.Route>(router.parse(location.pathname, location.search, location.hash));
  /** What there is to know of the session of the address, or of all, is known. */
  sessionsKnown = $derived(
    this.sum !== null && (!this.route.session || this.look(this.route.session) !== undefined),
  );
  prefs = $state<prefs.Prefs>(prefs.load(storage()));
  banners = $state.raw<Banner[]>([]);
  now = $state(Date.now() * 1000); // of the server, Unix µs, once a second
  polite = $state('');
  assertive = $state('');
  told = $state(''); // shortly shown, in passing
  /** What is being explained beside the screen. */
  topic = $state.raw<Topic | null>(null);
  /** Marks that changed last: for what is shown beside the rows. */
  marked = $state.raw<Marked[]>([]);
  /** Files dropped on the page, for the import screen to take. */
  dropped = $state.raw<File[]>([]);
  dialog = $state<'' | 'help' | 'palette' | 'settings' | 'explain'>('');
  /** What the open screen adds to keys, palette and footer. */
  actions = $state.raw<Action[]>([]);
  footer = $state.raw<{ counts: string[]; zone: string } | null>(null);
  link: Link;
  /** The sessions that are looked at. */
  watch: SessionWatch;
  list: ListWindow;
  /** Hears that the list was told of, while one is shown. */
  listed: (() => void) | null = null;
  private sessionsSeen = $state(0); // grows when they change
  private views = new Map<number, EventView>();
  private onBack = new Set<(c: HelloChange) => void>();
  private ahead = 0; // server's clock minus ours, µs
  private bannerId = 0;
  private sayLater = '';
  private sayAt = 0;
  private tellTimer: ReturnType<typeof setTimeout> | undefined;
  private sayTimer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    this.link = new Link({
      open: () => new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/ws`),
      onHello: (h, c) => this.greeted(h, c),
      onMessage: (m) => this.message(m),
      onStatus: (l) => {
        if (l.status === 'lost') {
          if (this.status === 'open') this.alert('Connection to msnscope lost');
          else void this.probe();
        }
        this.status = l.status;
        this.retryAt = l.retryAt;
        this.lostAt = l.lostAt;
      },
    });
    this.list = new ListWindow(this.link);
    this.watch = new SessionWatch(this.link, () => this.sessionsSeen++);
    setInterval(() => (this.now = Date.now() * 1000 + this.ahead), 1000);
    window.addEventListener('popstate', () => {
      this.route = router.parse(location.pathname, location.search, location.hash);
    });
  }

  /** Has a view take part in the connection; returns how to end that. */
  attach(id: number, view: EventView, back: (c: HelloChange) => void): () => void {
    this.views.set(id, view);
    const detach = this.whenBack(back);
    return () => {
      view.close();
      this.views.delete(id);
      detach();
    };
  }

  /** Calls back when the connection is there (again); returns how to end that. */
  whenBack(back: (c: HelloChange) => void): () => void {
    this.onBack.add(back);
    return () => this.onBack.delete(back);
  }

  // A server that was started anew has a new token and refuses this page: then
  // trying again is no use.
  private async probe(): Promise<void> {
    try {
      const r = await fetch('/favicon.svg', { cache: 'no-store' });
      this.locked = r.status === 401 || r.status === 403;
    } catch {
      this.locked = false;
    }
  }

  private greeted(h: Hello, c: HelloChange): void {
    this.hello = h;
    this.locked = false;
    this.proxy = h.proxy;
    this.ahead = h.now - Date.now() * 1000;
    this.now = h.now;
    if (c.again) {
      this.assertive = ''; // the connection is lost no more
      this.say('Connected again');
    }
    if (c.restarted) this.banner('info', 'The server was restarted; the captures are open again.');
    if (c.updated) this.banner('warn', 'The server has a newer version of this page.', { reload: true });
    this.watch.ask();
    for (const f of this.onBack) f(c);
  }

  private message(m: ServerMessage): void {
    switch (m.op) {
      case 'proxy':
        this.proxy = m.proxy;
        break;
      case 'hold':
        this.holds(m.hold);
        break;
      case 'stat':
        this.views.get(m.view)?.onStat(m);
        break;
      case 'rows':
        this.views.get(m.view)?.onRows(m);
        break;
      case 'agg':
        this.views.get(m.view)?.onSum(m);
        break;
      case 'res':
        for (const v of this.views.values()) v.onFound(m.seq, Number(m.index));
        break;
      case 'err':
        if (m.view !== undefined && this.views.get(m.view)?.onErr(m)) break;
        if (m.code !== 'no_view') this.banner('error', m.msg);
        break;
      case 'sessions':
        this.sum = m;
        break;
      case 'list':
        this.list.take(m);
        this.listed?.();
        break;
      case 'watched':
        this.watch.take(m);
        break;
      case 'marks':
        this.remark(m.list, m.full);
        break;
      case 'note':
        this.banner(m.level, m.text);
        break;
    }
  }

  /** Takes over marks that have changed here or in another window. */
  remark(list: Marked[], full = false): void {
    for (const v of this.views.values()) v.onMarks(list, full);
    this.marked = list;
  }

  // Held commands wait for somebody, so they are told at once.
  private holds(s: HoldState): void {
    const last = this.hold?.held.at(-1)?.id ?? 0;
    const fresh = s.held.filter((h) => h.id > last);
    const h = fresh.at(-1);
    if (h) this.alert(`Held: ${h.summary}, ${s.held.length} waiting`);
    this.hold = s;
  }

  private look(id: number): Session | null | undefined {
    void this.sessionsSeen; // whoever asks wants to know of changes
    return this.watch.get(id);
  }

  /** A session, if it is known: see watch, which always has that of the address. */
  session(id: number): Session | undefined {
    return this.look(id) ?? undefined;
  }

  /** Goes to a route: a new step of the history, or in place of this one. */
  go(r: Partial<router.Route>, how: 'push' | 'replace' = 'push'): void {
    const next = { ...this.route, ...r };
    const address = router.format(next);
    if (address !== location.pathname + location.search + location.hash) {
      if (how === 'push') history.pushState(null, '', address);
      else history.replaceState(null, '', address);
    }
    this.route = next;
  }

  /** The zone in which absolute times are shown. */
  get zone(): Zone {
    return (this.route.time ?? this.prefs.time) === 'utc' ? 'utc' : 'local';
  }

  savePrefs(p: Partial<prefs.Prefs>): void {
    Object.assign(this.prefs, p);
    prefs.save(storage(), $state.snapshot(this.prefs));
  }

  banner(level: Banner['level'], text: string, more: Partial<Banner> = {}): void {
    const rest = this.banners.filter((b) => b.text !== text);
    this.banners = [...rest, { id: ++this.bannerId, level, text, at: this.now, ...more }].slice(-MAX_BANNERS);
    if (level === 'error') this.alert(text);
    else this.say(text);
  }

  dismiss(id: number): void {
    this.banners = this.banners.filter((b) => b.id !== id);
  }

  /** Has a screen reader say something, the latest of every five seconds. */
  say(text: string): void {
    this.sayLater = text;
    if (this.sayTimer) return;
    const wait = Math.max(0, this.sayAt + SAY_EVERY - Date.now());
    this.sayTimer = setTimeout(() => {
      this.sayTimer = undefined;
      this.sayAt = Date.now();
      this.polite = anew(this.sayLater, this.polite);
    }, wait);
  }

  /** Says in passing what came of an action: to be seen for a moment, and read out. */
  tell(text: string): void {
    clearTimeout(this.tellTimer);
    this.told = text;
    this.tellTimer = setTimeout(() => (this.told = ''), 1800);
    this.say(text);
  }

  /** Has a screen reader say something at once. */
  alert(text: string): void {
    this.assertive = anew(text, this.assertive);
  }

  async copy(text: string, what = 'Copied'): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      copyOldWay(text);
    }
    this.tell(what);
  }

  /** "20:31:02" of a moment of this machine's clock. */
  clock(ms: number): string {
    return time(ms * 1000, this.zone, 0);
  }
}

// A screen reader reads what has changed: the same words once more must differ from before.
function anew(text: string, before: string): string {
  return text === before ? text + '\u00a0' : text;
}

// Pages that are not "secure" (plain http to another machine) have no clipboard.
function copyOldWay(text: string): void {
  const t = document.createElement('textarea');
  t.value = text;
  document.body.append(t);
  t.select();
  document.execCommand('copy');
  t.remove();
}

export const app = new App();

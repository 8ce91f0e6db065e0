// This file starts msnscope with what a test needs, and opens pages of it in
// Chromium. Everything it starts it also ends.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { expect, inject } from 'vitest';

export const root = new URL('../../..', import.meta.url).pathname;
const browserPath = process.env.CHROMIUM ?? '/usr/bin/chromium';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const BROWSER_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export interface Running {
  url: string; // of the page, token included
  proxy: string; // address of the proxy, "" without one
  stop(): Promise<void>;
}

export interface Opened {
  page: Page;
  check: () => void; // fails if something went wrong in the page
}

/** One run of the lab: a directory, a browser, and the programs that binaries.ts has built. */
export class Lab {
  readonly dir = mkdtempSync(join(tmpdir(), 'msnscope-e2e-'));
  readonly binary = process.env.MSNSCOPE ?? join(inject('binaries'), 'msnscope');
  private browser: Browser | undefined;
  private ends: (() => Promise<unknown>)[] = [];

  async open(): Promise<void> {
    if (!existsSync(browserPath)) throw new Error(`no Chromium at ${browserPath}: set CHROMIUM`);
    this.browser = await chromium.launch({ executablePath: browserPath, args: BROWSER_ARGS });
  }

  async close(): Promise<void> {
    await this.browser?.close();
    for (const end of this.ends.reverse()) await end();
    rmSync(this.dir, { recursive: true, force: true });
  }

  /** Starts msnscope with a page and waits until it has said where that is. */
  async start(...args: string[]): Promise<Running> {
    const child = spawn(this.binary, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    const stop = async () => {
      child.kill('SIGTERM');
      await gone;
    };
    this.ends.push(stop);
    // The proxy's address comes behind the page's; without a proxy that is the last.
    const said = await firstAddress(child, args[0] !== 'open' && args[0] !== 'web');
    const url = /http:\/\/\S+/.exec(said)![0];
    return { url, proxy: /^proxy\s+(\S+)/m.exec(said)?.[1] ?? '', stop };
  }

  /** Runs msnscope to its end; returns what it printed. */
  run(...args: string[]): string {
    return execFileSync(this.binary, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** A server that answers nothing by itself, for what no real server says. */
  async peer(talk: (s: Socket) => void): Promise<string> {
    const server: Server = createServer((s) => {
      s.on('error', () => {});
      talk(s);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const open = new Set<Socket>();
    server.on('connection', (s) => open.add(s));
    this.ends.push(async () => {
      for (const s of open) s.destroy();
      await new Promise((resolve) => server.close(resolve));
    });
    const a = server.address();
    if (a === null || typeof a === 'string') throw new Error('no address');
    return `127.0.0.1:${a.port}`;
  }

  /** Opens a page in place of the one before; what goes wrong in it fails the test at check(). */
  async page(url: string, options: BrowserContextOptions = {}): Promise<Opened> {
    const opened = await this.blank(options);
    await opened.page.goto(url);
    return opened;
  }

  /** Opens a path of a running server in place of the page before, for somebody who has its cookie. */
  async pageAt(run: Running, path: string, options: BrowserContextOptions = {}): Promise<Opened> {
    const opened = await this.blank(options);
    await opened.page.context().request.get(run.url);
    await opened.page.goto(at(run, path));
    return opened;
  }

  private async blank(options: BrowserContextOptions): Promise<Opened> {
    for (const c of this.browser!.contexts()) await c.close();
    const context = await this.browser!.newContext({ viewport: { width: 1440, height: 860 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000); // two of these share the machine, perhaps with more
    const wrong: string[] = [];
    page.on('pageerror', (e) => wrong.push(String(e)));
    page.on('dialog', (d) => {
      wrong.push('dialog: ' + d.message());
      void d.dismiss();
    });
    page.on('console', (m) => {
      if (m.type() === 'error' && !/WebSocket|Failed to load resource/.test(m.text())) wrong.push(m.text());
    });
    page.on('request', (r) => {
      if (new URL(r.url()).hostname !== '127.0.0.1') wrong.push('asked for ' + r.url());
    });
    // What the page's content policy or its trusted types refuse.
    await page.addInitScript(() =>
      document.addEventListener('securitypolicyviolation', (e) =>
        console.error(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sample}`),
      ),
    );
    return { page, check: () => expect(wrong).toEqual([]) };
  }
}

function firstAddress(child: ChildProcess, more: boolean): Promise<string> {
  const enough = more ? /http:\/\/\S+\n[\s\S]*\n/ : /http:\/\/\S+\n/;
  return new Promise((resolve, reject) => {
    let said = '';
    const hear = (b: Buffer) => {
      said += b.toString();
      if (enough.test(said)) resolve(said);
    };
    child.stdout!.on('data', hear);
    child.stderr!.on('data', (b: Buffer) => (said += b.toString()));
    child.once('exit', (code) => reject(new Error(`msnscope ended with ${code}: ${said}`)));
  });
}

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const COLOURS = ['color-contrast', 'link-in-text-block'];

/** Expects that axe has nothing to say about the page, in either theme. */
export async function accessible(page: Page, state: string): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  const dark = await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches);
  const [here, there] = dark ? [themes[1], themes[0]] : themes;
  await picture(page, `${state} ${here}`);
  expect(await violations(page, WCAG), `${state}, ${here}`).toEqual([]);
  await page.emulateMedia({ colorScheme: there });
  // The document is the same, only its colours are not; the page hears of it in
  // one of its next frames.
  await expect
    .poll(() => violations(page, COLOURS), { message: `${state}, ${there}`, timeout: 5000 })
    .toEqual([]);
  await picture(page, `${state} ${there}`);
  await page.emulateMedia({ colorScheme: here });
}

function violations(page: Page, runOnly: string[]): Promise<string[]> {
  return page.evaluate(async (runOnly) => {
    const { axe } = window as unknown as { axe: typeof import('axe-core') };
    const r = await axe.run(document, { runOnly, resultTypes: ['violations'] });
    return r.violations.map((v) => `${v.id}, ${v.nodes.length} times: ${v.nodes[0].html}`);
  }, runOnly);
}

/** Keeps a picture of a state if somebody wants to look at it. */
async function picture(page: Page, state: string): Promise<void> {
  const dir = process.env.SHOTS;
  if (!dir) return;
  mkdirSync(dir, { recursive: true });
  await page.screenshot({ path: join(dir, state.replace(/\W+/g, '-') + '.png') });
}

export const themes = ['light', 'dark'] as const;

/** The address of a path of a running server; the cookie is set already. */
export function at(r: Running, path: string): string {
  return new URL(path, r.url).href;
}

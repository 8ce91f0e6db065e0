// This file measures a page from inside: frames, jumps, scrolling, keys, and
// the size of what was loaded. Times are milliseconds of the page's own clock.
import { gzipSync } from 'node:zlib';
import type { CDPSession, Page } from 'playwright-core';

/** The value below which a share of all values lies. */
export function share(values: number[], part: number): number {
  const s = [...values].sort((a, b) => a - b);
  return s.length ? s[Math.min(s.length - 1, Math.floor(s.length * part))] : NaN;
}
export const median = (values: number[]) => share(values, 0.5);

declare global {
  interface Window {
    probe: {
      painted(): Promise<number>;
      rowsThere(): boolean;
      top(): number;
      total(): number;
      frames(until: () => boolean): Promise<{ work: number[]; interval: number[] }>;
    };
  }
}

/** Has every page of a context carry the probe, and note when its first rows are painted. */
export async function probe(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const grid = () => document.querySelector<HTMLElement>('#events');
    // A message posted in a frame arrives when the frame's work is done.
    const after = () =>
      new Promise<number>((resolve) => {
        const c = new MessageChannel();
        c.port1.onmessage = () => resolve(performance.now());
        c.port2.postMessage(0);
      });
    window.probe = {
      painted: () => new Promise((resolve) => requestAnimationFrame(() => void after().then(resolve))),
      rowsThere() {
        const rows = [...(grid()?.querySelectorAll('.r') ?? [])];
        return rows.length > 0 && rows.every((r) => (r.textContent?.trim().length ?? 0) > 8); // number and time, at least
      },
      top: () => Number(grid()?.querySelector<HTMLElement>('.r')?.dataset.i ?? -1),
      total: () => Number(grid()?.getAttribute('aria-rowcount') ?? 1) - 1,
      frames(until) {
        const work: number[] = [];
        const interval: number[] = [];
        let last = 0;
        return new Promise((resolve) => {
          const frame = (began: number) => {
            if (last) interval.push(began - last);
            last = began;
            if (until()) return resolve({ work, interval });
            requestAnimationFrame(frame);
            void after().then((done) => work.push(done - began));
          };
          requestAnimationFrame(frame);
        });
      },
    };
    const look = () => {
      if (window.probe.rowsThere()) void window.probe.painted().then(() => performance.mark('rows'));
      else requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  });
}

/** Opens an address; returns how long it took until its first rows were painted. */
export async function navigate(page: Page, url: string): Promise<number> {
  await page.goto(url);
  await page.waitForFunction(() => performance.getEntriesByName('rows').length > 0);
  return page.evaluate(() => performance.getEntriesByName('rows')[0].startTime);
}

/** Drags the thumb to places at random; returns how long each took to be painted. */
export function jumps(page: Page, n: number): Promise<number[]> {
  return page.evaluate(async (n) => {
    const el = document.querySelector<HTMLElement>('#events')!;
    const took: number[] = [];
    let x = 0.377;
    for (let i = 0; i < n; i++) {
      x = (x + 0.618034) % 1;
      const was = window.probe.top();
      const t0 = performance.now();
      el.scrollTop = x * (el.scrollHeight - el.clientHeight);
      const there = () => window.probe.top() !== was && window.probe.rowsThere();
      for (let t = await window.probe.painted(); ; t = await window.probe.painted()) {
        if (!there()) continue;
        took.push(t - t0);
        break;
      }
      await new Promise((r) => setTimeout(r, 150)); // the thumb settles
    }
    return took;
  }, n);
}

/** Turns the wheel without a pause; returns work and interval of the frames. */
export async function scrolling(page: Page, turns: number): Promise<{ work: number[]; interval: number[] }> {
  await page.locator('#events').hover();
  const frames = page.evaluate(() => {
    const end = performance.now() + 60_000;
    (window as unknown as { over: boolean }).over = false;
    return window.probe.frames(
      () => (window as unknown as { over: boolean }).over || performance.now() > end,
    );
  });
  for (let i = 0; i < turns; i++) await page.mouse.wheel(0, i < turns / 2 ? 120 : -96);
  await page.evaluate(() => ((window as unknown as { over: boolean }).over = true));
  return frames;
}

/** Presses a key again and again; returns the time from each press to the paint that shows it. */
export async function pressing(page: Page, key: string, times: number): Promise<number[]> {
  await page.evaluate(() => {
    const seen: number[] = [];
    (window as unknown as { seen: number[] }).seen = seen;
    new PerformanceObserver((list) => {
      for (const e of list.getEntries()) if (e.name === 'keydown') seen.push(e.duration);
    }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit);
  });
  for (let i = 0; i < times; i++) {
    await page.keyboard.press(key);
    await page.evaluate(() => window.probe.painted());
  }
  await page.evaluate(() => new Promise((r) => setTimeout(r, 100)));
  const slow = await page.evaluate(() => (window as unknown as { seen: number[] }).seen);
  // Those below 16 ms are not told.
  return [...slow, ...new Array<number>(Math.max(0, times - slow.length)).fill(8)];
}

/** The page's heap after a collection, in MB. */
export async function heap(cdp: CDPSession): Promise<number> {
  await cdp.send('HeapProfiler.collectGarbage');
  const { usedSize } = (await cdp.send('Runtime.getHeapUsage')) as { usedSize: number };
  return usedSize / 1e6;
}

/** The gzipped size of the scripts and styles the page has loaded so far, in KB. */
export async function loaded(page: Page): Promise<{ js: number; css: number; files: string[] }> {
  const files = await page.evaluate(async () => {
    const names = performance.getEntriesByType('resource').map((e) => new URL(e.name).pathname);
    const all: [string, string][] = [];
    for (const n of new Set(names)) if (/\.(js|css)$/.test(n)) all.push([n, await (await fetch(n)).text()]);
    return all;
  });
  const size = (end: string) =>
    files
      .filter(([n]) => n.endsWith(end))
      .reduce((sum, [, text]) => sum + gzipSync(text, { level: 9 }).length, 0) / 1000;
  return { js: size('.js'), css: size('.css'), files: files.map(([n]) => n) };
}

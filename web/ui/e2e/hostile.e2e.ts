// This file shows a page hostile text in every place where people can put
// some: it stays text, on every screen, in the report and in the chat as text.
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { hostile, MARK } from './hostile';
import { Lab, type Running } from './lab';

const lab = new Lab();
let run: Running;
let report: Server;
let reported: string;

beforeAll(async () => {
  await lab.open();
  const file = join(lab.dir, '<img src=x onerror=alert(1)>.pcap');
  hostile(file);
  const store = join(lab.dir, 'hostile');
  lab.run('import', '--store', store, file);
  run = await lab.start('web', '--web', '127.0.0.1:0', '--store', store);
  const html = join(lab.dir, 'report.html');
  lab.run('export', '--store', store, '--format', 'html', '--secrets', '-o', html);
  reported = html;
  report = createServer((_, answer) => {
    answer.setHeader('Content-Type', 'text/html; charset=utf-8');
    answer.end(readFileSync(html));
  });
  await new Promise<void>((resolve) => report.listen(0, '127.0.0.1', resolve));
});
afterAll(async () => {
  report?.close();
  await lab.close();
});

/** What of the document is there only if text was taken for something else. */
const born = (page: Page) =>
  page.evaluate((mark) => {
    const seen = [...document.querySelectorAll('*')].filter(
      (el) =>
        el.id === mark ||
        el.classList.contains(mark) ||
        el.getAttributeNames().some((a) => a.startsWith('on')) ||
        /^\s*javascript:/i.test(el.getAttribute('href') ?? '') ||
        /evil\.example/.test(el.getAttribute('src') ?? '') ||
        (el.tagName === 'A' && /evil\.example\/$/.test(el.getAttribute('href') ?? '')),
    );
    return seen.map((el) => el.outerHTML.slice(0, 200));
  }, MARK);

/** Characters that would turn text around, or cannot be seen, in what is shown. */
const raw = (page: Page) =>
  page.evaluate(() => {
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const all: string[] = [];
    while (walk.nextNode()) {
      const parent = walk.currentNode.parentElement!;
      if (parent.closest('script, style, textarea')) continue;
      const text = walk.currentNode.textContent!;
      const bad =
        /[\u202A-\u202E\u2066-\u2069\u200E\u200F\u061C\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/.exec(
          text,
        );
      if (bad) all.push(`U+${bad[0].charCodeAt(0).toString(16)} in ${parent.outerHTML.slice(0, 160)}`);
    }
    return all;
  });

/** How long the page takes for a frame: the longest of some. */
// What a page does at once with a line of a megabyte when that takes more than its
// length, ms: with other tests beside it, a second or two are no fault.
const STUCK = 8000;
const slowest = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let last = performance.now();
        let worst = 0;
        let left = 20;
        const frame = (now: number) => {
          worst = Math.max(worst, now - last);
          last = now;
          if (left--) requestAnimationFrame(frame);
          else resolve(worst);
        };
        requestAnimationFrame(frame);
      }),
  );

async function harmless(page: Page, where: string): Promise<void> {
  expect(await slowest(page), where).toBeLessThan(STUCK); // and what was to come has come
  expect(await born(page), where).toEqual([]);
  expect(await raw(page), where).toEqual([]);
}

test('every event, in the table and in all views of the detail', async () => {
  const { page, check } = await lab.pageAt(run, '/all');
  await page.locator('#events .r').first().waitFor();
  await harmless(page, 'the table');
  const total = Number(await page.locator('#events').getAttribute('aria-rowcount')) - 1;
  expect(total).toBeGreaterThan(100);
  await page.keyboard.press('g');
  await page.locator('#detail h2').first().waitFor();
  // Inside the page, which is quicker than key by key from here.
  const bad = await page.evaluate(
    async ([total, mark, hidden]) => {
      const press = (key: string, altKey = false) =>
        document
          .querySelector('#events')!
          .dispatchEvent(new KeyboardEvent('keydown', { key, altKey, bubbles: true }));
      const frame = () => new Promise(requestAnimationFrame);
      const turned = new RegExp(hidden as string);
      const found: string[] = [];
      for (let i = 0; i < (total as number); i++) {
        const id = /\/e\/(\d+)/.exec(location.pathname)?.[1];
        const detail = () => document.querySelector<HTMLElement>('#detail')!;
        while (!detail().textContent!.includes(`#${id}`)) await frame();
        for (const tab of i % 5 ? ['1'] : ['4', '3', '2', '1']) {
          press(tab, true);
          await frame();
          const el = detail();
          if (document.querySelector(`#${mark}, .${mark}, [onerror], [onload], [href^="javascript:"]`))
            found.push(`event ${id}, view ${tab}: something was born`);
          if (turned.test(el.innerText))
            found.push(`event ${id}, view ${tab}: ${turned.exec(el.innerText)!.index}`);
        }
        const was = location.pathname;
        press('j');
        for (let n = 0; n < 300 && location.pathname === was && i < (total as number) - 1; n++) await frame();
      }
      return found;
    },
    [total, MARK, '[\u202A-\u202E\u2066-\u2069\u200E\u200F\u061C\u0000-\u0008]'] as const,
  );
  expect(bad).toEqual([]);
  check();
}, 120_000);

test('lines and payloads of a megabyte', async () => {
  const { page, check } = await lab.pageAt(run, '/all?q=size>500k');
  await page.locator('#events .r').first().waitFor();
  await page.keyboard.press('g');
  for (let i = 0; i < 3; i++) {
    await page.locator('#detail h2').first().waitFor();
    for (const tab of [1, 2, 3, 4]) {
      await page.keyboard.press(`Alt+${tab}`);
      await harmless(page, `view ${tab} of a long event`);
    }
    await page.keyboard.press('j');
  }
  expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(4000);
  check();
});

const places = [
  '/',
  '/s/1',
  '/s/1?pane=ladder',
  '/s/1/ladder',
  '/s/1/chat',
  '/s/1/contacts',
  '/s/1/files',
  '/s/1/stats',
  '/all/stats',
  '/search?q=evil',
  '/search?q="onerror"',
  '/compare?a=1&b=1',
  '/import',
  '/help',
  '/intercept',
  `/all?q=${encodeURIComponent(`<img id=${MARK} src=x onerror=alert(1)>`)}`,
  `/search?q=${encodeURIComponent(`"<script id=${MARK}>alert(1)</script>"`)}`,
  `/help#${encodeURIComponent(`<img id=${MARK} src=x onerror=alert(1)>`)}`,
  `/compare?a=${encodeURIComponent('<img src=x onerror=alert(1)>')}&b=1`,
  `/s/1/e/1?b=1-2&cols=${encodeURIComponent('"><script>alert(1)</script>')}`,
];
describe('a screen', () => {
  test.each(places)('%s', async (path) => {
    const { page, check } = await lab.pageAt(run, path);
    await page.locator('main h1').first().waitFor();
    await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
    await harmless(page, path);
    // On, through what can be scrolled, and narrow.
    await page.evaluate(() => {
      for (const el of document.querySelectorAll('*'))
        if (el.scrollHeight > el.clientHeight) el.scrollTop += 2000;
    });
    await page.setViewportSize({ width: 600, height: 700 });
    await harmless(page, path + ', scrolled');
    check();
  });
});

test('menus, dialogs, completion', async () => {
  const { page, check } = await lab.pageAt(run, '/s/1');
  await page.locator('#events .r').first().waitFor();
  for (const field of ['from:', 'nick:', 'acc:', 'font:', 'code:', 'cmd:']) {
    await page.keyboard.press('/');
    await page.keyboard.press('Control+a');
    await page.keyboard.type(field);
    await harmless(page, `completion of ${field}`);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
  }
  check();
});

test.each(['from a server', 'as a file'])('the report, opened %s', async (how) => {
  const { page } = await lab.page('about:blank');
  const wrong: string[] = [];
  page.on('dialog', (d) => wrong.push('dialog ' + d.message()));
  page.on('pageerror', (e) => wrong.push(String(e)));
  const url =
    how === 'as a file'
      ? `file://${encodeURI(reported)}`
      : `http://127.0.0.1:${(report.address() as AddressInfo).port}/`;
  page.on('request', (r) => r.url() !== url && wrong.push('asked for ' + r.url()));
  await page.goto(url);
  await page.waitForFunction(() => document.body.textContent!.includes('onerror=alert(1)'));
  expect(await born(page)).toEqual([]);
  expect(await raw(page)).toEqual([]);
  await page.evaluate(() => document.querySelectorAll('details').forEach((d) => (d.open = true)));
  expect(await slowest(page)).toBeLessThan(STUCK);
  expect(wrong).toEqual([]);
});

// This file walks through every screen: in both themes and narrow as at 400 %,
// with axe, and with the keyboard alone through every control and every action
// of the palette. Pictures go to artifacts/pages.
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { startEvening } from './evening';
import { accessible, Lab, root, type Running } from './lab';
import { evenings, proxied, visit, type Place } from './places';

process.env.SHOTS ??= join(root, 'artifacts/pages');
const lab = new Lab();
let still: Running; // a store in which nothing happens
let live: Running; // a demo with a rule that holds
let fresh: Running; // a proxy to which nobody has come

beforeAll(async () => {
  await lab.open();
  const web = ['--web', '127.0.0.1:0'];
  still = await startEvening(lab);
  live = await lab.start('demo', ...web, '--pace', '300ms');
  const nobody = await lab.peer(() => {});
  fresh = await lab.start(
    ...['proxy', ...web, '--listen', '127.0.0.1:0', '--upstream', nobody, '--store', join(lab.dir, 'fresh')],
  );
});
afterAll(() => lab.close());

const firstRun: Place = {
  name: 'first run',
  path: '/',
  ready: (p) =>
    p
      .getByText(/Point the client|Waiting for a connection/)
      .first()
      .waitFor(),
};
const all: [string, Place, () => Running][] = [
  [firstRun.name, firstRun, () => fresh],
  ...evenings.map((p): [string, Place, () => Running] => [p.name, p, () => still]),
  ...proxied.map((p): [string, Place, () => Running] => [p.name, p, () => live]),
];

async function open(run: Running) {
  const p = await lab.page(run.url, { timezoneId: 'UTC', reducedMotion: 'reduce' });
  p.page.setDefaultTimeout(5000);
  return p;
}

/** What scrolls sideways, other than what has to: tables, bytes and drawings. */
const sideways = (page: Page) =>
  page.evaluate(() => {
    const wide = [...document.querySelectorAll<HTMLElement>('*')].filter(
      (el) =>
        el.scrollWidth > el.clientWidth + 1 &&
        ['auto', 'scroll'].includes(getComputedStyle(el).overflowX) &&
        el.clientWidth > 0 &&
        !el.querySelector('table, pre, svg') &&
        !el.matches('pre, input, textarea, .hex, :has(> [role=tab])'),
    );
    const d = document.documentElement;
    return [...(d.scrollWidth > d.clientWidth ? [d] : []), ...wide].map(
      (el) => `${el.tagName}.${el.className}#${el.id} ${el.scrollWidth} in ${el.clientWidth}`,
    );
  });

test.each(all)('%s', async (name, place, run) => {
  const { page, check } = await open(run());
  await visit(page, run(), place);
  await accessible(page, name);
  await page.setViewportSize({ width: 320, height: 640 });
  expect.soft(await sideways(page), 'scrolls sideways').toEqual([]);
  await accessible(page, name + ' at 320 px');
  check();
});

/** Marks what Tab has to reach, and returns how many there are. */
const tabbable = (page: Page) =>
  page.evaluate(() => {
    const all = [
      ...document.querySelectorAll<HTMLElement>(
        'a[href], button, input, select, textarea, summary, [tabindex]',
      ),
    ].filter(
      (el) =>
        el.tabIndex >= 0 &&
        !el.matches(':disabled, [type=radio]:not(:checked), [type=file]') &&
        el.checkVisibility({ visibilityProperty: true }) &&
        !el.closest('[inert], [popover]:not(:popover-open)'),
    );
    for (const el of all) el.dataset.unreached = '';
    return all.length;
  });

/** What the focus is on. */
const focus = (page: Page) =>
  page.evaluate(() => {
    const el = document.activeElement;
    if (!el || el === document.body) return 'body';
    return `${el.tagName} ${el.getAttribute('aria-label') ?? el.textContent?.trim().slice(0, 40)}`;
  });

describe('Tab', () => {
  test.each(all.filter(([name]) => !/live/.test(name)))(
    'reaches every control of %s',
    async (_name, place, run) => {
      const { page, check } = await open(run());
      await visit(page, run(), place);
      const n = await tabbable(page);
      expect(n).toBeGreaterThan(5);
      const unseen: string[] = [];
      for (let i = 0; i < n + 8; i++) {
        await page.keyboard.press('Tab');
        const bad = await page.evaluate(() => {
          const el = document.activeElement as HTMLElement;
          delete el.dataset.unreached;
          if (el === document.body) return '';
          const b = el.getBoundingClientRect();
          const o = getComputedStyle(el);
          const ring = o.outlineStyle !== 'none' && parseFloat(o.outlineWidth) > 0;
          const small = b.width < 1 || b.height < 1;
          // The table draws its ring above its rows.
          return (ring || el.id === 'events') && !small
            ? ''
            : `${el.tagName} ${el.id} ${el.className} ${el.getAttribute('aria-label')}`;
        });
        if (bad) unseen.push(bad);
      }
      const left = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('[data-unreached]')].map((el) =>
          el.outerHTML.slice(0, 120),
        ),
      );
      expect(left, 'not reached').toEqual([]);
      expect([...new Set(unseen)], 'focused without a ring').toEqual([]);
      check();
    },
  );
});

/** The labels and keys in the palette at this moment. */
async function palette(page: Page): Promise<{ label: string; keys: string[] }[]> {
  await page.keyboard.press('Control+k');
  await page.locator('#palette-list [role=option]').first().waitFor();
  const list = await page.evaluate(() =>
    [...document.querySelectorAll('#palette-list [role=option]')].map((o) => ({
      label: [...o.childNodes].find((c) => c.nodeType === 3 && c.textContent!.trim())!.textContent!.trim(),
      keys: [...o.querySelectorAll('kbd')].map((k) => k.textContent!),
    })),
  );
  await page.keyboard.press('Escape');
  await page.locator('dialog[open]').waitFor({ state: 'detached' });
  return list;
}

/** Everything that an action can change. */
const state = (page: Page) =>
  page.evaluate(() => {
    const values = [...document.querySelectorAll<HTMLInputElement>('input, textarea, select')].map(
      (i) => `${i.value} ${i.checked}`,
    );
    const scrolled = [...document.querySelectorAll('*')].map((e) => e.scrollTop).filter(Boolean);
    const el = document.activeElement;
    const html = document.querySelector('#app')!.outerHTML;
    return [
      location.href,
      JSON.stringify(localStorage),
      values,
      scrolled,
      el?.outerHTML.slice(0, 200),
      html,
    ].join('\n');
  });

/** Actions that rightly change nothing to be seen, in the place where they are tried. */
const unseen =
  /^(Find a command|Intercept: |Inject before or after|Go to Sessions|Statistics of all|Choose files|Ladder: save|The whole help|Show decoded|Last line, follow|Export|Save|Copy|Connect again|Next pane|Previous pane)|Go to .* \(here\)/;

/** Actions of the frame, which are the same on every screen. */
const frame =
  /^(Go to (?!an event)|Search in all|Events of all sessions|Keys and filter|Help|Settings|Change the colours|Next pane|Previous pane)/;

/** Places that share a screen. */
function family(p: Place): string {
  const last = /^\/(?:s\/\d+|all)\/(chat|contacts|files|stats)/.exec(p.path);
  if (last) return last[1];
  return /^\/(s|all)\b/.test(p.path) ? 'events' : p.path.split(/[/?]/)[1];
}
const tried = new Set<string>();

const walked: [string, Place, () => Running][] = all.filter(
  ([name]) => !/raw|hex|nothing found|a message|no such/.test(name),
);

describe('the keyboard alone', () => {
  test.each(walked)(
    'does every action of %s',
    async (_name, place, run) => {
      const { page, check } = await open(run());
      await visit(page, run(), place);
      const actions = await palette(page);
      expect(actions.length).toBeGreaterThan(10);
      const nothing: string[] = [];
      const lost: string[] = [];
      const here = new URL(place.path, run().url).href;
      for (const a of actions) {
        if (/Ctrl\+K/.test(a.keys.join())) continue;
        // What leads to other screens does so from everywhere, and the events have
        // the same actions in all their places: once is enough.
        if (place === firstRun && frame.test(a.label)) continue; // there is nowhere to go to yet
        const key = `${frame.test(a.label) ? 'frame' : family(place)} ${a.label}`;
        if (tried.has(key)) continue;
        tried.add(key);
        for (let times = 0; ; times++) {
          if (times || page.url() !== here || (await page.locator('dialog[open]').count()))
            await visit(page, run(), place);
          await page.keyboard.press('F6');
          await page.keyboard.press('F6');
          // What brings the focus into a field must not find it there.
          if (/^(Filter|Search in the chat)/.test(a.label) && (await focus(page)).startsWith('INPUT'))
            await page.keyboard.press('F6');
          await page.locator('.toast').waitFor({ state: 'detached' });
          const before = await state(page);
          await page.keyboard.press('Control+k');
          await page.locator('#palette-list').waitFor({ state: 'attached' });
          const label = a.label.replace(/ \(session \d+\)$/, ''); // another may be the newest by now
          await page.keyboard.insertText(label);
          const found = await page
            .locator('#palette-list [role=option]')
            .first()
            .textContent({ timeout: 500 })
            .catch(() => '');
          if (!found?.includes(label)) {
            // What was done before has changed what can be done, or still goes on.
            await page.keyboard.press('Escape');
            await page.locator('dialog[open]').waitFor({ state: 'detached' });
            if (times < 5) {
              if (times) await page.waitForTimeout(1000);
              continue;
            }
            nothing.push(`${a.label} (not offered)`);
            break;
          }
          await page.keyboard.press('Enter');
          await page.locator('#palette-list').waitFor({ state: 'detached' });
          await page.waitForTimeout(80);
          if (!unseen.test(a.label) && (await state(page)) === before) nothing.push(a.label);
          if ((await focus(page)) === 'body') lost.push(a.label);
          await page.keyboard.press('Escape');
          break;
        }
      }
      expect.soft(nothing.join(' | '), 'no effect').toBe('');
      expect.soft(lost.join(' | '), 'focus lost').toBe('');
      check();
    },
    180_000,
  );
});

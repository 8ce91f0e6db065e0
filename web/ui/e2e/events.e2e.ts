// This file tests the events screen against the demo: following, the filter,
// the keys, the detail, and addresses that bring everything back.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { accessible, Lab, type Opened, type Running } from './lab';

const lab = new Lab();
let demo: Running;
beforeAll(async () => {
  await lab.open();
  demo = await lab.start('demo', '--web', '127.0.0.1:0', '--pace', '100ms');
  // Enough events that the table scrolls.
  const { page } = await lab.pageAt(demo, '/all');
  await page.waitForFunction(
    () => Number(document.querySelector('#events')?.getAttribute('aria-rowcount')) > 150,
  );
  await page.context().close();
});
afterAll(() => lab.close());

async function all(): Promise<Opened> {
  const p = await lab.pageAt(demo, '/all');
  await p.page.locator('#events .r .cmd', { hasText: /\S/ }).first().waitFor();
  return p;
}
const count = (page: Page) => page.locator('#events').getAttribute('aria-rowcount').then(Number);
const firstRow = (page: Page) => page.locator('#events .r').first().getAttribute('data-i').then(Number);
const lastRow = (page: Page) => page.locator('#events .r').last().getAttribute('data-i').then(Number);
async function filter(page: Page, q: string) {
  await page.keyboard.press('/');
  await page.keyboard.press('Control+a');
  await page.keyboard.insertText(q); // at once: half a filter may be right, too
  await page.keyboard.press('Enter');
}

test('follows, stops when the reader scrolls up, goes on at the end', async () => {
  const { page, check } = await all();
  const following = page.getByRole('button', { name: 'Following' });
  await following.waitFor();
  const before = await count(page);
  await page.waitForFunction(
    (n) => Number(document.querySelector('#events')!.getAttribute('aria-rowcount')) > n,
    before,
  );
  expect(await lastRow(page)).toBeGreaterThanOrEqual(before - 1);
  await page.locator('#events').hover();
  await page.mouse.wheel(0, -480);
  await page.getByRole('button', { name: /new event/ }).waitFor();
  expect(await following.count()).toBe(0);
  const still = await firstRow(page);
  const now = await count(page);
  await page.waitForFunction(
    (n) => Number(document.querySelector('#events')!.getAttribute('aria-rowcount')) > n + 3,
    now,
  );
  expect(await firstRow(page)).toBe(still);
  expect(await page.title()).toMatch(/^\(\d/);
  await page.getByRole('button', { name: /new event/ }).click();
  await following.waitFor();
  check();
});

test('freezes', async () => {
  const { page, check } = await all();
  await page.keyboard.press('F');
  await page.getByText(/^Frozen at/).waitFor();
  const n = await count(page);
  await page.getByText(/[1-9]\d* newer/).waitFor();
  expect(await count(page)).toBe(n);
  await page.keyboard.press('F');
  await page.getByText(/^Frozen at/).waitFor({ state: 'detached' });
  check();
});

test('filters, completes, and shows the place of a mistake', async () => {
  const { page, check } = await all();
  await page.keyboard.press('/');
  await page.keyboard.type('cm');
  await page.getByRole('option', { name: /^cmd/ }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.keyboard.type('XF');
  await page.getByRole('option', { name: /XFR/ }).waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.keyboard.type('dir:s2c');
  await page.keyboard.press('Enter');
  await page.getByText(/^\d+ of [\d,]+$/).waitFor();
  await page.waitForFunction(() =>
    [...document.querySelectorAll('#events .r .cmd')].every((c) => c.textContent === 'XFR'),
  );
  expect(page.url()).toContain('?q=cmd:XFR+dir:s2c');

  // Whoever is faster than the answer chooses from what fits, not from the old list.
  await page.keyboard.press('/');
  await page.keyboard.press('Control+a');
  await page.keyboard.type('cmd:');
  await page.getByRole('option', { name: /MSG/ }).waitFor();
  await page.evaluate(() => {
    const box = document.querySelector<HTMLInputElement>('[aria-label="Filter events"]')!;
    box.setRangeText('XF', 4, 4, 'end');
    box.dispatchEvent(new InputEvent('input', { bubbles: true }));
    for (const key of ['ArrowDown', 'Enter']) {
      box.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    }
  });
  await page.waitForURL(/q=cmd:XFR?\b/);
  await filter(page, 'cmd:XFR');
  await page.locator('#events .r .cmd').first().waitFor();

  await filter(page, 'comand:XFR');
  await page.getByText('did you mean').waitFor();
  expect(await page.locator('.copy .wrong').textContent()).toBe('comand');
  expect(await page.locator('#events .r .cmd').first().textContent()).toBe('XFR'); // the last good one
  await accessible(page, 'a mistake in the filter');
  await page.locator('#filter-error button').click();
  await page.waitForURL(/q=cmd:XFR$/);

  await filter(page, 'text:"no such words anywhere"');
  await page.getByText('No event matches.').waitFor();
  await accessible(page, 'nothing found');
  await page.getByRole('button', { name: 'Clear filter' }).click();
  await page.getByText('No event matches.').waitFor({ state: 'detached' });
  await page.goBack();
  await page.getByText('No event matches.').waitFor();
  check();
});

test('an input method: what it is putting together is no filter, nor a command', async () => {
  const { page, check } = await all();
  const ime = await page.context().newCDPSession(page);
  await page.keyboard.press('/');
  const asked = page.url();
  await ime.send('Input.imeSetComposition', { text: 'にほ', selectionStart: 2, selectionEnd: 2 });
  // A timer of later fires behind the one that would filter.
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
  expect(page.url()).toBe(asked);
  await ime.send('Input.insertText', { text: '日本' });
  await page.waitForURL((u) => u.searchParams.get('q') === '日本');

  await page.keyboard.press('Control+k');
  const palette = page.getByRole('combobox', { name: 'Find a command' });
  await palette.fill('freeze');
  await palette.dispatchEvent('keydown', { key: 'Enter', isComposing: true });
  expect(await palette.inputValue()).toBe('freeze');
  check();
});

test('a filter keeps the selection, or says that it hides it', async () => {
  const { page, check } = await all();
  await filter(page, 'cmd:VER');
  await page.waitForURL(/q=cmd:VER$/);
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await page.locator('#detail h2', { hasText: 'VER' }).waitFor();
  const id = /e\/(\d+)/.exec(page.url())![1];
  await filter(page, 'cmd:(VER, INF)');
  await page.waitForURL(/INF/);
  await page.locator('#events .r.sel .cmd', { hasText: 'VER' }).waitFor();
  await filter(page, 'cmd:XFR');
  await page.getByText('The filter hides this event.').waitFor();
  expect(page.url()).toContain(id);
  await page.getByRole('button', { name: 'Show it' }).click();
  await page.locator('#events .r.sel .cmd', { hasText: 'VER' }).waitFor();
  check();
});

test('the history of filters, by the arrow in an empty box', async () => {
  const { page, check } = await all();
  await filter(page, 'cmd:NLN');
  await page.waitForURL(/q=cmd:NLN$/);
  await filter(page, '');
  await page.waitForURL(/\/all$/);
  await page.keyboard.press('ArrowUp');
  await page.getByRole('option', { name: 'cmd:NLN' }).click();
  await page.keyboard.press('Enter');
  await page.waitForURL(/q=cmd:NLN$/);
  check();
});

test('chips', async () => {
  const { page, check } = await all();
  await page.getByRole('button', { name: 'hide keep-alives' }).click();
  await page.waitForURL(/q=-cmd:\(PNG%2C\+QNG\)/);
  await page.getByRole('button', { name: /^errors/ }).click();
  await page.waitForURL(/is:error/);
  check();
});

test('keys: rows, errors, partner, jump, back', async () => {
  const { page, check } = await all();
  await page.keyboard.press('g');
  await page.waitForURL(/\/all\/e\/\d+/);
  const first = page.url();
  await page.locator('#events').focus();
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowDown');
  await page.waitForFunction(() => document.querySelector('#events .r.sel')?.getAttribute('data-i') === '3');
  expect(await page.locator('#events').getAttribute('aria-activedescendant')).toBe('ev3');
  await page.keyboard.press('e');
  await page.locator('#detail h2', { hasText: /^\d{3}$/ }).waitFor();
  await page.getByRole('button', { name: /^answers #/ }).waitFor();
  const error = page.url();
  await page.keyboard.press('p');
  await page.waitForURL((u) => u.href !== error);
  await page.locator('#detail h2', { hasText: /^[A-Z]{3}$/ }).waitFor();
  await page.goBack();
  await page.waitForURL(error);
  await page.keyboard.press("'");
  await page.keyboard.type('1');
  await page.keyboard.press('Enter');
  await page.waitForURL(first);
  await page.keyboard.press('Escape');
  await page.waitForURL(/\/all$/);
  check();
});

test('every pane is reached with F6, and Tab goes on from each', async () => {
  const { page, check } = await all();
  await page.keyboard.press('g');
  await page.locator('#detail h2').waitFor();
  const seen = new Set<string>();
  for (let i = 0; i < 8; i++) {
    await page.keyboard.press('F6');
    seen.add(await page.evaluate(() => document.activeElement!.closest('[data-pane]')?.className ?? ''));
  }
  expect(seen.size).toBeGreaterThanOrEqual(4);
  await page.locator('#events').focus();
  await page.keyboard.press('Tab');
  expect(await page.evaluate(() => document.activeElement?.id)).not.toBe('events');
  check();
});

test('single letters can be switched off', async () => {
  const { page, check } = await all();
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByLabel('single letters work as keys').uncheck();
  await page.keyboard.press('Escape'); // what comes right after it opens another dialog
  await page.keyboard.press('F');
  await page.keyboard.press('Control+k');
  await page.getByRole('option').first().waitFor();
  expect(await page.getByText(/^Frozen at/).count()).toBe(0);
  await page.keyboard.press('Escape');
  check();
});

test('help, palette, narrow windows are accessible', async () => {
  const { page, check } = await all();
  await accessible(page, 'following');
  await page.keyboard.press('?');
  await page.getByRole('dialog').waitFor();
  await accessible(page, 'help');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('Control+k');
  await page.keyboard.type('frez');
  await page.getByRole('option', { name: /Freeze/ }).waitFor();
  await accessible(page, 'palette');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('g');
  await page.locator('#detail h2').waitFor();
  for (const width of [1000, 600, 360]) {
    await page.setViewportSize({ width, height: 800 });
    await accessible(page, `${width} px`);
  }
  check();
});

// This file tests the detail pane against the demo: fields and bytes that
// point at each other, what was rewritten, secrets, the four views.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { accessible, at, Lab, type Opened, type Running } from './lab';

const lab = new Lab();
let demo: Running;
beforeAll(async () => {
  await lab.open();
  demo = await lab.start('demo', '--web', '127.0.0.1:0', '--pace', '100ms');
});
afterAll(() => lab.close());

/** The first event that a filter selects, in the detail pane. */
async function event(q: string): Promise<Opened> {
  const p = await lab.pageAt(demo, `/all?q=${encodeURIComponent(q)}`);
  const { page } = p;
  await page.locator('#events .r .cmd', { hasText: /\S/ }).first().waitFor();
  await page.locator('#events').focus();
  await page.keyboard.press('g');
  await page.locator('#detail h2').waitFor();
  return p;
}
const marked = (page: Page, cls: string) =>
  page
    .locator(`#detail .hex [data-h].${cls}`)
    .allTextContents()
    .then((t) => t.join(' '));

test('what the proxy rewrote', async () => {
  const { page, check } = await event('cmd:XFR dir:s2c');
  const edits = page.locator('#detail .edits');
  expect(await edits.locator('del').first().textContent()).toMatch(/127\.0\.0\.1:\d+$/);
  expect(await edits.locator('ins').first().textContent()).toContain(demo.proxy.split(':')[0]);
  await page.getByRole('button', { name: /^answers #/ }).waitFor();
  check();
});

test('fields and bytes point at each other, and the address remembers', async () => {
  const { page, check } = await event('cmd:VER dir:c2s');
  await page.locator('#detail .field', { hasText: 'Command' }).hover();
  expect(await marked(page, 'over')).toBe('56 45 52');
  const value = page.locator('#detail .value').first();
  await value.focus();
  await page.keyboard.press('Enter');
  expect(await marked(page, 'pinned')).toBe('56 45 52');
  await page.waitForURL(/[?&]b=0-2/);
  await page.reload();
  await page.locator('#detail .field.pinned', { hasText: 'Command' }).waitFor();
  expect(await marked(page, 'pinned')).toBe('56 45 52');
  await page.locator('#detail .hex').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  expect(await marked(page, 'chosen')).toContain('56');
  expect(await page.locator('#hex-status').textContent()).toContain('Command');
  await accessible(page, 'marked bytes');
  await value.focus();
  await page.keyboard.press('-');
  await page.waitForURL(/-cmd:VER/);
  check();
});

test('secrets are hidden until they are asked for', async () => {
  const { page, check } = await event('cmd:USR dir:c2s "MD5 S"');
  const pane = page.locator('#detail');
  await pane.getByText('••••••••').first().waitFor();
  const field = page.locator('#detail .field', {
    has: page.getByRole('button', { name: 'show', exact: true }),
  });
  await field.getByRole('button', { name: 'show', exact: true }).click();
  await page.locator('#detail .field .value', { hasText: /^[0-9a-f]{32}$/ }).waitFor();
  await page.getByRole('button', { name: 'hide', exact: true }).first().click();
  await pane.getByText('••••••••').first().waitFor();
  await page.keyboard.press('Alt+2');
  expect(await page.locator('#detail .raw').textContent()).not.toMatch(/[0-9a-f]{32}/);
  check();
});

test('a chat line in four views, kept from event to event', async () => {
  const { page, check } = await event('cmd:MSG dir:c2s -is:typing');
  await page.locator('#detail dt', { hasText: 'Font' }).waitFor();
  for (const [key, tab] of [
    ['Alt+2', 'Raw'],
    ['Alt+3', 'Hex'],
    ['Alt+4', 'Payload'],
  ]) {
    await page.keyboard.press(key);
    await page.locator(`[role=tab][aria-selected=true]`, { hasText: tab }).waitFor();
    await accessible(page, tab);
  }
  await page.getByText('What they say').waitFor();
  await page.keyboard.press('ArrowDown');
  await page.locator('#events .r.sel[data-i="1"]').waitFor();
  await page.locator(`[role=tab][aria-selected=true]`, { hasText: 'Payload' }).waitFor();
  await page.keyboard.press('Alt+2');
  expect(await page.locator('#detail .raw').textContent()).toContain('␍␊');
  check();
});

test('an event that is not there says so', async () => {
  const { page, check } = await lab.pageAt(demo, '/all/e/1999999999');
  await page.getByText('there is no event').waitFor();
  await page.goto(at(demo, '/nowhere'));
  await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
  await accessible(page, 'no such page');
  check();
});

// This file finds words among the rows, walks through their cells and has times
// told since the row above: by keys, as the help lists them.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { startEvening } from './evening';
import { accessible, at, Lab, type Running } from './lab';

const lab = new Lab();
let run: Running;
beforeAll(async () => {
  await lab.open();
  run = await startEvening(lab);
});
afterAll(() => lab.close());

async function open(path: string): Promise<{ page: Page; check: () => void }> {
  const p = await lab.page(run.url, { timezoneId: 'UTC' });
  await p.page.goto(at(run, path));
  await p.page.locator('#events .r .cmd', { hasText: /\S/ }).first().waitFor();
  await p.page.locator('#events').focus();
  return p;
}
/** Waits until the box says so: "2 of 6". */
const match = (page: Page, words: string) =>
  page.locator('.find .count', { hasText: new RegExp(`^${words}$`) }).waitFor();
const selected = (page: Page) => page.locator('#events .r.sel .num');

test('n and N go from match to match, and hide no row', async () => {
  const { page, check } = await open('/s/1');
  await page.keyboard.press('n');
  const box = page.getByRole('textbox', { name: 'Find in the rows' });
  await box.fill('is now');
  await accessible(page, 'the find box');
  await page.keyboard.press('Enter');
  await match(page, '1 of 6');
  expect(await selected(page).textContent()).toBe('29');
  expect(await page.locator('#events .r.sel mark').allTextContents()).toEqual(['is now']);
  await page.getByText('66 events').first().waitFor(); // all are there
  for (const [n, id] of [
    [2, 46],
    [3, 47],
    [4, 48],
    [5, 49],
    [6, 77],
  ]) {
    await page.keyboard.press('n');
    await match(page, `${n} of 6`);
    await expect.poll(() => selected(page).textContent()).toBe(String(id)); // in its next frame
  }
  await page.keyboard.press('n');
  await page.locator('.toast', { hasText: 'No later match' }).waitFor();
  await page.keyboard.press('N');
  await match(page, '5 of 6');
  // A filter finds, too; and what is none is looked for as it is.
  await box.fill('cmd:USR is:answer');
  await page.keyboard.press('Shift+Enter');
  await page.locator('#events .r.sel .cmd', { hasText: 'USR' }).waitFor();
  await box.fill('cinema?"');
  await page.keyboard.press('Enter');
  await page.locator('#events .r.sel .text', { hasText: 'shall we go' }).waitFor();
  await box.fill('no such words');
  await page.keyboard.press('Enter');
  await page.locator('.find .count', { hasText: 'none' }).waitFor();
  await box.press('Escape');
  await box.waitFor({ state: 'detached' });
  await page.keyboard.press('n');
  await box.press('Escape');
  await box.waitFor({ state: 'detached' });
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('events');
  check();
});

test('→ and ← go from cell to cell, with which + and y are about the cell', async () => {
  const { page, check } = await open('/s/1');
  const grid = page.locator('#events');
  await page.keyboard.press('g');
  await page.locator('#events .r.sel').waitFor();
  const cell = () => grid.getAttribute('aria-activedescendant');
  expect(await cell()).toBe('ev0');
  for (const col of ['icon', 'num', 'time', 'dir', 'conn', 'cmd']) {
    await page.keyboard.press('ArrowRight');
    await page.locator(`#events #ev0-${col}.cell`).waitFor();
    expect(await cell()).toBe(`ev0-${col}`);
  }
  await page.keyboard.press('ArrowDown'); // the column stays
  await page.locator('#events #ev1-cmd.cell').waitFor();
  await accessible(page, 'a chosen cell');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.keyboard.press('y');
  await page.locator('.toast', { hasText: 'Value copied' }).waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('VER');
  await page.keyboard.press('+');
  await page.waitForURL(/q=cmd:VER/);
  await page.locator('#events .r.sel').waitFor();
  await page.keyboard.press('Escape'); // out of the cell, the row stays selected
  await page.locator('#events .cell').waitFor({ state: 'detached' });
  expect(await page.locator('#events .r.sel').count()).toBe(1);
  // Beyond the last cell is the detail.
  await grid.focus();
  for (let i = 0; i < 20; i++) await page.keyboard.press('ArrowRight');
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('tab');
  check();
});

test('dt=prev tells times since the row above, and T comes to it', async () => {
  const { page, check } = await open('/s/1?dt=prev');
  const times = page.locator('#events .r .time');
  await page.locator('#events .head', { hasText: 'since row above' }).waitFor();
  expect((await times.allTextContents()).slice(0, 7)).toEqual([
    '',
    ...Array<string>(5).fill('+0.001000'),
    '+0.007000',
  ]);
  await page.keyboard.press('T'); // the next way after the last is the first
  await page.locator('#events .head', { hasText: 'Time UTC' }).waitFor();
  for (let i = 0; i < 4; i++) await page.keyboard.press('T');
  await page.locator('#events .head', { hasText: 'since row above' }).waitFor();
  // Of the rows that the filter leaves.
  await page.goto(at(run, '/s/1?dt=prev&q=cmd:SYN'));
  await expect.poll(() => times.allTextContents()).toEqual(['', '+0.001000']);
  check();
});

test('the help lists them', async () => {
  const { page, check } = await open('/s/1');
  await page.keyboard.press('?');
  const help = page.getByRole('dialog');
  for (const words of [
    'Find in the rows; next match',
    'Previous match',
    'Copy the value of the cell',
    'Cell by cell',
  ])
    await help.getByText(words).first().waitFor();
  check();
});

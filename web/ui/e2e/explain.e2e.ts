// This file tests the explanations and the help.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { accessible, Lab, type Opened, type Running } from './lab';

const lab = new Lab();
let demo: Running;
beforeAll(async () => {
  await lab.open();
  demo = await lab.start('demo', '--web', '127.0.0.1:0', '--pace', '100ms');
});
afterAll(() => lab.close());

async function event(q: string): Promise<Opened> {
  const p = await lab.pageAt(demo, `/all?q=${encodeURIComponent(q)}`);
  await p.page.locator('#events .r .cmd', { hasText: /\S/ }).first().waitFor();
  await p.page.locator('#events').focus();
  await p.page.keyboard.press('g');
  await p.page.locator('#detail h2').waitFor();
  return p;
}
const panel = (page: Page, name: string) => page.getByRole('dialog', { name, exact: true });

test('a command, one of its words, and back', async () => {
  const { page, check } = await event('cmd:CHG dir:c2s');
  await page.locator('#events').focus();
  await page.keyboard.press('i');
  await panel(page, 'CHG').getByText('CHG TrID status').first().waitFor();
  await accessible(page, 'explained');
  await panel(page, 'CHG').getByRole('button', { name: 'ILN' }).first().click();
  await panel(page, 'ILN').getByText('a contact is online already', { exact: false }).first().waitFor();
  await panel(page, 'ILN').getByRole('button', { name: 'Back' }).click();
  await panel(page, 'CHG').waitFor();
  await page.keyboard.press('Escape');
  await panel(page, 'CHG').waitFor({ state: 'detached' });
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('events');
  await page.locator('#detail dt button', { hasText: 'Status' }).click();
  await page.locator('.panel tr.wanted li.wanted code').first().waitFor();
  await page.keyboard.press('Escape');
  check();
});

test('an error, and the events with it', async () => {
  const { page, check } = await event('is:error');
  const code = (await page.locator('#detail h2').textContent())!;
  await page.locator('#detail').getByRole('button', { name: 'explain' }).click();
  await panel(page, code)
    .getByText(new RegExp(`^${code} [A-Z_]+`))
    .waitFor();
  await panel(page, code)
    .getByRole('button', { name: `Show the events with ${code}` })
    .click();
  await page.waitForURL(new RegExp(`q=cmd:${code}$`));
  check();
});

test('anything, from the palette', async () => {
  const { page, check } = await event('cmd:VER');
  await page.keyboard.press('Control+k');
  await page.keyboard.type('explain a command, an error');
  await page.keyboard.press('Enter');
  const box = page.getByRole('combobox', { name: 'Name, number or words' });
  await box.fill('payload-length');
  await page.getByRole('option', { name: /payload-length/ }).waitFor();
  await accessible(page, 'picker');
  await page.keyboard.press('Enter');
  await panel(page, 'payload-length').getByText('The length of a payload', { exact: false }).waitFor();
  await panel(page, 'payload-length').getByRole('button', { name: 'In the help' }).click();
  await page.waitForURL(/\/help#payload-length$/);
  check();
});

test('the help', async () => {
  const { page, check } = await lab.pageAt(demo, '/help#911');
  await page.locator('#help-911').getByText('AUTHENTICATION_FAILED').first().waitFor();
  await page.locator('#help-911 .meaning').waitFor();
  expect(await page.locator('#help-911').evaluate((e) => e.getBoundingClientRect().top)).toBeLessThan(300);
  await accessible(page, 'help');
  await page.getByRole('searchbox').fill('chat server');
  await page.getByRole('button', { name: 'XFR', exact: true }).click();
  await page.waitForURL(/\/help#XFR$/);
  await page.locator('#help-XFR .meaning').waitFor();
  await page.getByRole('link', { name: 'MSNP7 in one page' }).click();
  await page.waitForURL(/\/help#protocol$/);
  expect(await page.title()).toContain('Help');
  await page.getByRole('link', { name: 'Filter', exact: true }).click();
  await page.getByRole('button', { name: 'lat>200ms or is:unanswered' }).click();
  await page.waitForURL(/\/all\?q=lat/);
  await page.goBack();
  await page.waitForURL(/\/help#filter$/);
  for (const width of [700, 320]) {
    await page.setViewportSize({ width, height: 640 });
    await accessible(page, `${width} px`);
  }
  check();
});

test('an example of the short help is applied where the reader is', async () => {
  const { page, check } = await event('cmd:VER');
  await page.keyboard.press('?');
  const dialog = page.getByRole('dialog', { name: 'Keys and filter' });
  await dialog.getByRole('button', { name: '-cmd:(PNG, QNG) -is:typing' }).click();
  await page.waitForURL(/q=-cmd:\(PNG/);
  await dialog.waitFor({ state: 'detached' });
  check();
});

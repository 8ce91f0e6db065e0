// This file tests what the page does when the server goes away.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessible, at, Lab, themes } from './lab';

const lab = new Lab();
beforeAll(() => lab.open());
afterAll(() => lab.close());

test('a lost connection leaves everything readable and says since when', async () => {
  const demo = await lab.start('demo', '--web', '127.0.0.1:0', '--pace', '100ms');
  const { page } = await lab.page(demo.url);
  await page.goto(at(demo, '/all'));
  await page.locator('#events .r .cmd', { hasText: /\S/ }).first().waitFor();
  const before = await page.locator('#events .r').count();
  await demo.stop();
  await page.getByText(/connection lost, not live since \d\d:\d\d:\d\d/).waitFor();
  expect(await page.locator('#events .r').count()).toBeGreaterThanOrEqual(before);
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme });
    await accessible(page, 'lost ' + colorScheme);
  }
  expect(await page.getByRole('alert').allTextContents()).toContain('Connection to msnscope lost');
  // Another run on the same address does not know this page's token.
  await lab.start('demo', '--web', new URL(demo.url).host, '--pace', '1s');
  await page.getByText('msnscope was started anew').waitFor({ timeout: 20_000 });
});

test('it comes back by itself with view and selection', async () => {
  const demo = await lab.start('demo', '--web', '127.0.0.1:0', '--pace', '100ms');
  const { page, check } = await lab.page(demo.url);
  await page.addInitScript(() => {
    // The test closes the page's websocket under it.
    const Real = window.WebSocket;
    window.WebSocket = class extends Real {
      constructor(url: string | URL) {
        super(url);
        (window as unknown as { wire: WebSocket }).wire = this;
      }
    };
  });
  await page.goto(at(demo, '/all?q=cmd:VER'));
  await page.locator('#events .r .cmd', { hasText: 'VER' }).first().waitFor();
  await page.locator('#events').focus();
  await page.keyboard.press('g');
  await page.locator('#detail h2', { hasText: 'VER' }).waitFor();
  const address = page.url();
  await page.evaluate(() => (window as unknown as { wire: WebSocket }).wire.close());
  await page.getByText('connection lost').waitFor();
  // It comes back by itself after half a second, which a busy machine may not leave us.
  await page
    .getByRole('button', { name: 'now' })
    .click({ timeout: 2000 })
    .catch(() => {});
  await page.locator('footer').getByText('connected', { exact: true }).waitFor();
  expect(page.url()).toBe(address);
  await page.locator('#events .r.sel').waitFor();
  expect(await page.locator('#events .r .cmd').first().textContent()).toBe('VER');
  check();
});

// This file tests what the page does when the server goes away.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessible, at, Lab } from './lab';

declare global {
  interface Window {
    wires: WebSocket[]; // of the page, in order
    patient: boolean; // it does not retry by itself
  }
}

const lab = new Lab();
beforeAll(() => lab.open());
afterAll(() => lab.close());

test('a lost connection leaves everything readable and says since when', async () => {
  const demo = await lab.start('demo', '--web', '127.0.0.1:0', '--pace', '100ms');
  const { page } = await lab.pageAt(demo, '/all');
  await page.locator('#events .r .cmd', { hasText: /\S/ }).first().waitFor();
  const before = await page.locator('#events .r').count();
  await demo.stop();
  await page.getByText(/connection lost, not live since \d\d:\d\d:\d\d/).waitFor();
  expect(await page.locator('#events .r').count()).toBeGreaterThanOrEqual(before);
  await accessible(page, 'lost');
  expect(await page.getByRole('alert').allTextContents()).toContain('Connection to msnscope lost');
  // Another run on the same address does not know this page's token.
  await lab.start('demo', '--web', new URL(demo.url).host, '--pace', '1s');
  await page.getByText('msnscope was started anew').waitFor({ timeout: 20_000 });
});

test('it comes back with view and selection, when it is told to and by itself', async () => {
  const demo = await lab.start('demo', '--web', '127.0.0.1:0', '--pace', '100ms');
  const { page, check } = await lab.page(demo.url);
  await page.addInitScript(() => {
    // The test closes the page's websocket under it, and says whether its time to retry comes.
    window.wires = [];
    const Real = window.WebSocket;
    window.WebSocket = class extends Real {
      constructor(url: string | URL) {
        super(url);
        window.wires.push(this);
      }
    };
    const later = window.setTimeout;
    window.setTimeout = ((f: () => void, ms = 0) =>
      window.patient && ms > 300 ? 0 : later(f, ms)) as typeof setTimeout;
  });
  await page.goto(at(demo, '/all?q=cmd:VER'));
  await page.locator('#events .r .cmd', { hasText: 'VER' }).first().waitFor();
  await page.locator('#events').focus();
  await page.keyboard.press('g');
  await page.locator('#detail h2', { hasText: 'VER' }).waitFor();
  const address = page.url();
  const lose = (patient: boolean) =>
    page.evaluate((patient) => {
      window.patient = patient;
      window.wires.at(-1)!.close();
    }, patient);
  const back = async (times: number) => {
    await page.waitForFunction((n) => window.wires.length === n, times);
    await page.locator('footer').getByText('connected', { exact: true }).waitFor();
    expect(page.url()).toBe(address);
    await page.locator('#events .r.sel').waitFor();
    expect(await page.getByRole('alert').allTextContents()).not.toContain('Connection to msnscope lost');
    expect(await page.locator('#events .r .cmd').first().textContent()).toBe('VER');
  };
  await lose(true);
  await page.getByText('connection lost').waitFor();
  await page.getByRole('button', { name: 'now' }).click();
  await back(2);
  await lose(false);
  await back(3);
  // What is selected meanwhile is not told as what was selected before.
  await page.locator('#events').focus();
  await lose(true);
  await page.getByText('connection lost').waitFor();
  await page.keyboard.press('ArrowDown');
  await page.getByText('not connected').waitFor();
  const number = await page.locator('#events .r.sel .num').textContent();
  await page.getByRole('button', { name: 'now' }).click();
  await page.locator('#detail .meta', { hasText: `#${number} ` }).waitFor();
  check();
});

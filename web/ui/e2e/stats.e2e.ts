// This file tests the timeline above the events and the statistics screen.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { accessible, at, Lab, type Running } from './lab';

const lab = new Lab();
let demo: Running;
beforeAll(async () => {
  await lab.open();
  demo = await lab.start('demo', '--web', '127.0.0.1:0', '--pace', '100ms');
  const { page } = await lab.pageAt(demo, '/all');
  await page.waitForFunction(
    () => Number(document.querySelector('#events')?.getAttribute('aria-rowcount')) > 150,
  );
});
afterAll(() => lab.close());

const drawn = (page: Page) => page.locator('.strip path.up').first().getAttribute('d');

describe('the timeline', () => {
  test('shows, jumps, and filters by mouse and by keyboard', async () => {
    const { page, check } = await lab.pageAt(demo, '/all');
    const strip = page.getByRole('slider', { name: 'Events over time' });
    await page.waitForFunction(() => document.querySelector('.strip path.up')?.getAttribute('d'));
    expect(await strip.getAttribute('aria-valuetext')).toMatch(/events from clients/);

    // It goes on as events come, a few times a second at most.
    const before = await drawn(page);
    await page.waitForFunction(
      (d) => document.querySelector('.strip path.up')?.getAttribute('d') !== d,
      before,
    );

    const box = (await strip.boundingBox())!;
    const y = box.y + box.height / 2;
    await page.mouse.click(box.x + box.width * 0.3, y);
    await page.waitForURL(/\/all\/e\/\d+/);
    await page.locator('.strip path.at').waitFor({ state: 'attached' });
    await page.locator('.strip rect.seen').waitFor({ state: 'attached' });

    await page.mouse.move(box.x + box.width * 0.2, y);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, y, { steps: 4 });
    await page.locator('.strip rect.brush').waitFor({ state: 'attached' });
    await page.mouse.up();
    await page.waitForURL(/q=time:20\d\d-\d\d-\d\dT/);
    await page.getByText(/^[\d,]+ of [\d,]+$/).waitFor();

    // The same with keys, which takes the place of the stretch before.
    await strip.focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    const was = page.url();
    await page.keyboard.press('Enter');
    await page.waitForURL((u) => u.href !== was);
    expect(page.url().match(/time:/g)?.length).toBe(1);
    await page.goBack();
    await page.waitForURL(was);

    await page.getByRole('button', { name: 'Hide the timeline' }).click();
    await strip.waitFor({ state: 'detached' });
    await page.keyboard.press('Control+k');
    await page.keyboard.type('hide the timeline');
    await page.keyboard.press('Enter');
    await strip.waitFor();
    check();
  });
});

describe('statistics', () => {
  test('numbers, charts, tables, filters', async () => {
    const { page, check } = await lab.pageAt(demo, '/all', { reducedMotion: 'reduce' });
    await page.locator('#events .r').first().waitFor();
    await page.keyboard.press('6');
    await page.waitForURL(/\/all\/stats$/);
    await page.getByText('Answers of NS').waitFor();
    const commands = page.getByRole('region', { name: 'Commands', exact: true });
    await commands.getByRole('button', { name: 'MSG' }).waitFor();
    await page.getByRole('region', { name: 'Accounts' }).getByText('alice@hotmail.com').waitFor();
    await page.locator('.scatter path.ns[d^=M]').waitFor({ state: 'attached' });
    await accessible(page, 'stats');

    // Every chart is a table too.
    const tables = page.getByRole('button', { name: /^Show as table/ });
    expect(await tables.count()).toBe(3);
    for (const t of await tables.all()) await t.click();
    await page
      .getByRole('region', { name: 'Latency over time as a table' })
      .getByText(/^#\d+/)
      .first()
      .waitFor();
    // A stretch of less than a second says when in the second.
    const over = page.getByRole('region', { name: 'Events over time as a table' });
    const begins = await over.locator('tbody td:first-child').allTextContents();
    expect(new Set(begins).size).toBe(begins.length);
    await accessible(page, 'stats as tables');
    for (const t of await tables.all()) await t.click();

    // A bar adds to the filter; the address brings it back.
    await commands.getByRole('button', { name: 'MSG' }).click();
    await page.waitForURL(/q=cmd:MSG$/);
    await commands.getByRole('button', { name: 'NLN' }).waitFor({ state: 'detached' });
    await page.reload();
    await commands.getByRole('button', { name: 'MSG' }).waitFor();
    expect(await commands.locator('tbody tr').count()).toBe(1);

    // A brush on the scatter adds a time.
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    await page.waitForURL(/stats$/);
    await commands.getByRole('button', { name: 'NLN' }).waitFor();
    const scatter = page.locator('.scatter');
    await scatter.scrollIntoViewIfNeeded();
    const box = (await scatter.boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.1, box.y + 100);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.6, box.y + 100, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/q=time:/);
    await page.getByRole('button', { name: 'Show these events' }).click();
    await page.waitForURL(/\/all\?q=time:/);

    await page.goto(at(demo, '/all/stats?q=comand:MSG'));
    await page
      .getByRole('alert')
      .getByText(/no field/)
      .waitFor();
    await page.goto(at(demo, '/all/stats?q=text:"no such words"'));
    await page.getByText('No event matches.').waitFor();
    await accessible(page, 'no statistics');
    for (const width of [700, 360]) {
      await page.setViewportSize({ width, height: 800 });
      await page.goto(at(demo, '/all/stats'));
      await commands.getByRole('button', { name: 'MSG' }).waitFor();
      await accessible(page, `stats, ${width} px`);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    }
    check();
  }, 180_000);
});

// This file tests the ladder against the demo: beside the table, as a screen,
// true to time, by keyboard, as a file.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessible, Lab, type Opened, type Running } from './lab';

const lab = new Lab();
let demo: Running;
beforeAll(async () => {
  await lab.open();
  demo = await lab.start('demo', '--web', '127.0.0.1:0', '--pace', '100ms');
  const { page } = await lab.pageAt(demo, '/s/1');
  await page.waitForFunction(
    () => Number(document.querySelector('#events')?.getAttribute('aria-rowcount')) > 150,
  );
  await page.context().close();
});
afterAll(() => lab.close());

async function open(path: string, options = {}): Promise<Opened> {
  const p = await lab.pageAt(demo, path, options);
  await p.page.locator('#events .r').first().waitFor();
  return p;
}

test('beside the table: the same rows at the same height, the same selection', async () => {
  const { page, check } = await open('/s/1');
  await page.keyboard.press('g');
  await page.keyboard.press('l');
  await page.waitForURL(/pane=ladder/);
  await page.locator('.ladder .label').first().waitFor();
  await page.locator('#events').focus();
  for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowDown');
  await page.locator('#events .r.sel[data-i="3"]').waitFor();
  await page.locator('.ladder g.sel').waitFor();
  const places = () =>
    page.evaluate(() => {
      const row = document.querySelector('#events .r.sel')!.getBoundingClientRect();
      const step = document
        .querySelector('.ladder g.sel .line, .ladder g.sel .label')!
        .getBoundingClientRect();
      return { top: row.top, bottom: row.bottom, y: (step.top + step.bottom) / 2 };
    });
  let p = await places();
  expect(p.y).toBeGreaterThan(p.top);
  expect(p.y).toBeLessThan(p.bottom);
  // The table follows a wheel over the ladder, and both stay in line.
  await page.locator('.drawing').hover();
  await page.mouse.wheel(0, 48);
  await page.waitForFunction(() => document.querySelector('#events')!.scrollTop === 48);
  await page.locator('.ladder g.sel').waitFor();
  p = await places();
  expect(p.y).toBeGreaterThan(p.top);
  expect(p.y).toBeLessThan(p.bottom);
  const label = await page.locator('.drawing').getAttribute('aria-label');
  expect(label).toMatch(/^Ladder of \d+ events in sight between the client and .*NS/);
  // A click selects the row at that height.
  const box = (await page.locator('.drawing').boundingBox())!;
  await page.mouse.click(box.x + 200, box.y + 24 * 6 + 12);
  await page.locator('#events .r.sel[data-i="8"]').waitFor();
  await accessible(page, 'the pane');
  await page.keyboard.press('l');
  await page.locator('.drawing').waitFor({ state: 'detached' });
  check();
});

test('what was rewritten stands on the lane of the proxy, and an invitation opens a lane', async () => {
  const { page, check } = await open(
    '/s/1/ladder?q=cmd:(XFR,+USR)+-dir:nothing'.replace('+-dir:nothing', ''),
  );
  await page.locator('.ladder .change', { hasText: '✎' }).first().waitFor();
  const lanes = await page.locator('.lanes span[aria-hidden]').allTextContents();
  expect(lanes.slice(0, 4)).toEqual(['Client', 'Proxy', 'DS', 'NS']);
  expect(lanes.some((l) => l.startsWith('SB'))).toBe(true);
  const [proxy, change] = await page.evaluate(() => {
    const middle = (e: Element) => e.getBoundingClientRect().left + e.getBoundingClientRect().width / 2;
    return [
      middle([...document.querySelectorAll('.lanes span')].find((s) => s.textContent === 'Proxy')!),
      middle(document.querySelector('.ladder .seat')!),
    ];
  });
  expect(Math.abs(proxy - change)).toBeLessThan(2);
  await page.locator('.ladder path.link').first().waitFor({ state: 'attached' });
  check();
});

test('as a screen: a grid whose rows are sentences, by keyboard', async () => {
  const { page, check } = await open('/s/1/ladder');
  await page.keyboard.press('g');
  await page.waitForURL(/ladder\?at=\d+/);
  await page.locator('#events').focus();
  for (let i = 0; i < 2; i++) await page.keyboard.press('ArrowDown');
  await page.locator('#events .r.sel[data-i="2"]').waitFor();
  expect(await page.locator('#events .r.sel').textContent()).toMatch(/DS to client: VER 1, .*answered after/);
  expect(await page.locator('#events').getAttribute('aria-activedescendant')).toBe('ev2');
  await page.keyboard.press('Shift+ArrowDown');
  await page.getByText('2 events selected').waitFor();
  await page.keyboard.press('Escape');
  await page.getByText('2 events selected').waitFor({ state: 'detached' });
  const here = page.url();
  await page.reload();
  await page.locator('#events .r.sel').waitFor();
  expect(page.url()).toBe(here);
  await accessible(page, 'the screen');
  check();
});

test('true to time', async () => {
  const { page, check } = await open('/s/1/ladder');
  await page.keyboard.press('g');
  await page.keyboard.press('t');
  await page.waitForURL(/scale=1/);
  await page.locator('.ladder .tick').nth(1).waitFor({ state: 'attached' });
  expect(await page.locator('.ladder .pause').count()).toBe(0);
  await accessible(page, 'true to time');
  await page.reload();
  await page.locator('.ladder .tick').nth(1).waitFor({ state: 'attached' });
  await page.keyboard.press('t');
  await page.waitForURL((u) => !u.search.includes('scale'));
  check();
});

test('saved as a file that needs nothing else', async () => {
  const { page, check } = await open('/s/1/ladder');
  await page.locator('.ladder .label').first().waitFor();
  for (const name of ['What is in sight', /^All rows/]) {
    await page.getByRole('button', { name: 'Save as SVG' }).click();
    const saved = page.waitForEvent('download');
    await page.getByRole('menuitem', { name }).click();
    const svg = readFileSync(await (await saved).path(), 'utf8');
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(svg).not.toMatch(/<script|href=|url\(|@import/);
    const blank = await page.context().newPage();
    const parsed = await blank.evaluate((text) => {
      const d = new DOMParser().parseFromString(text, 'image/svg+xml');
      return { wrong: d.querySelector('parsererror') !== null, arrows: d.querySelectorAll('.arrow').length };
    }, svg);
    await blank.close();
    expect(parsed.wrong).toBe(false);
    expect(parsed.arrows).toBeGreaterThan(20);
  }
  check();
});

test('narrow windows', async () => {
  const { page, check } = await open('/s/1/ladder');
  for (const width of [1000, 600, 360]) {
    await page.setViewportSize({ width, height: 700 });
    await page.locator('.ladder .label').first().waitFor();
    await accessible(page, `${width} px`);
  }
  check();
});

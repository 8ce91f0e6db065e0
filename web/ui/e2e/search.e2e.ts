// This file tests the search over all sessions.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessible, at, Lab, type Running } from './lab';

const lab = new Lab();
let demo: Running;
beforeAll(async () => {
  await lab.open();
  demo = await lab.start('demo', '--web', '127.0.0.1:0', '--pace', '100ms');
  const { page } = await lab.pageAt(demo, '/all?q=cmd:MSG');
  await page.waitForFunction(
    () => Number(document.querySelector('#events')?.getAttribute('aria-rowcount')) > 10,
  );
});
afterAll(() => lab.close());

test('words, grouped by session, with the way to each hit', async () => {
  const { page, check } = await lab.page(demo.url);
  await page.getByRole('heading', { name: 'Sessions', level: 1 }).waitFor();
  await page.keyboard.press('Control+Shift+F');
  await page.waitForURL(/\/search$/);
  await page.getByText('Words, or a filter.').waitFor();
  await accessible(page, 'an empty search');
  const box = page.getByRole('combobox');
  await page.waitForFunction(() => document.activeElement?.getAttribute('role') === 'combobox');

  await page.keyboard.insertText('alice');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/search\?q=alice$/);
  await page
    .locator('.found')
    .getByText(/^[\d,]+ events in \d+ sessions?/)
    .waitFor();
  const groups = page.locator('section[aria-label^="Session"]');
  await groups.first().waitFor();
  await page.locator('mark', { hasText: /alice/i }).first().waitFor();
  await accessible(page, 'found');
  await page.reload();
  await groups.first().waitFor();

  // Arrows go from hit to hit, Enter opens one.
  await page.keyboard.press('Escape');
  await page.getByRole('region', { name: 'Found' }).focus();
  await page.keyboard.press('ArrowDown');
  const href = await page.evaluate(() => document.activeElement?.getAttribute('href'));
  expect(href).toMatch(/^\/s\/\d+\/e\/\d+\?q=alice$/);
  await page.keyboard.press('Enter');
  await page.waitForURL(at(demo, href!));
  await page.locator('#detail h2').first().waitFor();
  await page.goBack();
  await page
    .getByRole('link', { name: /hits? in Events/ })
    .first()
    .click();
  await page.waitForURL(/\/s\/\d+\?q=alice$/);

  await page.goto(at(demo, '/search?q=cmd:XFR'));
  await groups.first().waitFor();
  await page.goto(at(demo, '/search?q=nowhere+to+be+found'));
  await page.getByText(/^Nothing found in/).waitFor();
  await accessible(page, 'nothing found');
  await page.getByRole('button', { name: 'Any of them' }).click();
  await page.waitForURL(/or/);
  await page.goto(at(demo, '/search?q=comand:XFR'));
  await page.getByRole('alert').getByText('did you mean').waitFor();
  await accessible(page, 'a mistake');
  await page.getByRole('button', { name: 'Search for these words as they are' }).click();
  await page.getByText(/^Nothing found in/).waitFor();
  expect(await box.inputValue()).toBe('"comand:XFR"');
  check();
});

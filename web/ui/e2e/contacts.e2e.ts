// This file tests the contacts screen: the list as it was, moved through with
// the keyboard and the slider, and the events that made it so.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessible, Lab, themes, type Running } from './lab';

const lab = new Lab();
let demo: Running;
beforeAll(async () => {
  await lab.open();
  demo = await lab.start('demo', '--web', '127.0.0.1:0', '--pace', '100ms');
});
afterAll(() => lab.close());

describe.each(themes)('%s', (colorScheme) => {
  test('who was on the list, and when', async () => {
    const { page, check } = await lab.page(demo.url, { colorScheme });
    await page.getByRole('link', { name: 'alice@hotmail.com' }).first().click();
    await page.locator('#events .r').first().waitFor();
    await page.keyboard.press('4');
    await page.waitForURL(/\/s\/\d+\/contacts/);
    await page.keyboard.press('G');
    const people = page.getByRole('region', { name: 'Contact list' });
    await people.getByText('bob@hotmail.com').first().waitFor();
    await people.getByText('online').first().waitFor();
    await accessible(page, 'contacts');

    // Back through the changes: each step is another address, and the event is named.
    const now = page.url();
    await page.keyboard.press('[');
    await page.waitForURL((u) => u.href !== now && u.searchParams.has('at'));
    const at = Number(new URL(page.url()).searchParams.get('at'));
    await page.keyboard.press('g');
    await page.waitForURL((u) => Number(u.searchParams.get('at')) < at);
    await people.getByText('No SYN was seen by then').waitFor();
    await page.reload();
    await people.getByText('No SYN was seen by then').waitFor();

    // The slider does the same, and a mark tells what is different since.
    await page.keyboard.press('m');
    await page.getByRole('slider', { name: 'Moment' }).focus();
    await page.keyboard.press('End');
    await page.waitForURL((u) => !u.searchParams.has('at'));
    const changes = page.getByRole('region', { name: 'Changes' });
    await changes.getByText(/Difference from #/).waitFor();
    await changes
      .getByText(/bob@hotmail.com: status/)
      .first()
      .waitFor();

    // Every fact leads to its event.
    await people
      .getByRole('link', { name: /^#\d+$/ })
      .first()
      .click();
    await page.waitForURL(/\/e\/\d+$/);
    await page.locator('#detail h2').first().waitFor();
    check();
  });
});

test('a session that does not exist is said to be none', async () => {
  const { page } = await lab.page(demo.url);
  await page.getByRole('heading', { name: 'Sessions' }).waitFor();
  await page.goto(new URL('/s/999/contacts', demo.url).href);
  await page.getByRole('alert').getByText('there is no session 999').waitFor();
  expect(await page.locator('table').count()).toBe(0);
});

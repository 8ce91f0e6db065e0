// This file tests the contacts screen: the list as it was, moved through with
// the keyboard and the slider, and the events that made it so.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessible, Lab, type Running } from './lab';

const lab = new Lab();
let demo: Running;
beforeAll(async () => {
  await lab.open();
  demo = await lab.start('demo', '--web', '127.0.0.1:0', '--pace', '100ms');
});
afterAll(() => lab.close());

test('who was on the list, and when', async () => {
  const { page, check } = await lab.page(demo.url);
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
  await changes.getByRole('heading', { name: 'Difference' }).waitFor();
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

// A session of an hour, as a program's log: a long silence, and people who come and go.
const HOUR = [
  ['20:00:00', '>>> VER 1 MSNP7', '<<< VER 1 MSNP7', '>>> INF 2', '<<< INF 2 MD5'],
  ['20:00:01', '>>> USR 3 MD5 I alice@hotmail.com', '<<< USR 3 MD5 S 1.2'],
  ['20:00:02', '>>> USR 4 MD5 S 0f9d00aa0f9d00aa0f9d00aa0f9d00aa', '<<< USR 4 OK alice@hotmail.com Alice'],
  [
    '20:00:03',
    '>>> SYN 5 0',
    '<<< SYN 5 9',
    '<<< GTC 5 9 A',
    '<<< BLP 5 9 AL',
    '<<< LSG 5 9 1 1 0 Friends 0',
  ],
  [
    '20:00:03',
    '<<< LST 5 FL 9 1 2 bob@hotmail.com <b>Bob 0',
    '<<< LST 5 FL 9 2 2 eve@hotmail.com %E2%80%AEeve 0',
  ],
  ['20:00:03', '<<< LST 5 AL 9 1 1 bob@hotmail.com Bob', '<<< LST 5 BL 9 1 1 eve@hotmail.com Eve'],
  ['20:00:03', '<<< LST 5 RL 9 0 0', '>>> CHG 6 NLN', '<<< CHG 6 NLN'],
  ['20:05:00', '<<< NLN NLN bob@hotmail.com Bob'],
  ['20:15:00', '<<< NLN AWY bob@hotmail.com Bob'],
  ['20:30:00', '<<< FLN bob@hotmail.com'],
  ['20:59:59', '>>> CHG 7 BSY', '<<< CHG 7 BSY'],
].flatMap(([time, ...lines]) => lines.map((l) => `[2001-11-05 ${time}] ${l}\n`));

test('an hour, dragged through, with bars, silences and one person', async () => {
  const log = join(lab.dir, 'hour.log');
  writeFileSync(log, HOUR.join(''));
  const store = join(lab.dir, 'hour');
  lab.run('import', '--store', store, log);
  const run = await lab.start('web', '--store', store, '--web', '127.0.0.1:0');
  const { page, check } = await lab.page(run.url, { timezoneId: 'UTC' });
  await page.getByTitle('signed in after 2.0 s').waitFor();
  await page.getByRole('link', { name: 'alice@hotmail.com' }).click();
  await page.locator('#events .r').first().waitFor();
  await page.keyboard.press('4');
  const people = page.getByRole('region', { name: 'Contact list' });
  await people
    .getByRole('img', {
      name: 'bob@hotmail.com: online from 20:05:00, away from 20:15:00, offline from 20:30:00',
    })
    .waitFor();
  await people.getByText('⟨U+202E⟩eve').waitFor();
  await people.getByText('<b>Bob').waitFor({ state: 'detached' });
  await accessible(page, 'an hour of contacts');

  // Dragged to a third of the time, bob is away; the address keeps the moment.
  const slider = page.getByRole('slider', { name: 'Moment' });
  const box = (await slider.boundingBox())!;
  await page.mouse.move(box.x + box.width - 10, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 3, box.y + box.height / 2, { steps: 5 });
  await page.mouse.up();
  const bob = people.locator('tr', { hasText: 'bob@hotmail.com' });
  await bob.getByText('away').first().waitFor();
  const at = new URL(page.url()).searchParams.get('at');
  expect(at).not.toBeNull();

  // The arrows go from change to change, however fast they are pressed.
  await slider.press('ArrowRight');
  await slider.press('ArrowLeft');
  await bob.getByText('away').first().waitFor();
  expect(new URL(page.url()).searchParams.get('at')).toBe(at);

  // A mark and a person are in the address too.
  await page.keyboard.press('m');
  await bob.getByRole('button', { name: 'bob@hotmail.com' }).click();
  await page.waitForURL((u) => u.searchParams.get('who') === 'bob@hotmail.com');
  await page.keyboard.press(']');
  const changes = page.getByRole('region', { name: 'Changes' });
  await changes.getByRole('heading', { name: 'Difference' }).waitFor();
  await page.reload();
  await changes.getByText('bob@hotmail.com: status away → offline').first().waitFor();
  await changes.locator('li', { hasText: /offline\s+for 29m 59s/ }).waitFor();
  await bob.getByText('differs').waitFor({ state: 'attached' });
  await accessible(page, 'one person');
  await page.keyboard.press('Escape');
  await page.waitForURL((u) => !u.searchParams.has('who'));
  await changes.getByText(/nobody said anything for 29m 59s/).waitFor();
  expect(await people.locator('img, b:not(.differs)').count()).toBe(0);
  check();
});

// People on a list and off it again, and properties with any name, behind events with long numbers.
const ODD = [
  'C: VER 1 MSNP7',
  'S: VER 1 MSNP7',
  'C: SYN 2 0',
  'S: SYN 2 9',
  'S: PRP 2 9 Status one',
  'S: PRP 2 9 Name two',
  'S: PRP 2 9 Name%20 three',
  ...Array.from({ length: 1200 }, (_, i) => (i % 2 ? 'S: QNG' : 'C: PNG')),
  'S: LST 2 FL 9 1 1 bob@hotmail.com Bob',
  'S: LST 2 AL 9 1 1 bob@hotmail.com Bob',
  'S: LST 2 BL 9 0 0',
  'S: LST 2 RL 9 0 0',
  'C: ADD 3 BL bob@hotmail.com bob@hotmail.com',
  'S: ADD 3 BL 10 bob@hotmail.com bob@hotmail.com',
  'C: REM 4 BL bob@hotmail.com',
  'S: REM 4 BL 11 bob@hotmail.com',
  'S: NLN BRB bob@hotmail.com Bob',
].join('\n');

test('properties that are named like what the page says, and whole numbers of events', async () => {
  const log = join(lab.dir, 'odd.log');
  writeFileSync(log, ODD + '\n');
  const store = join(lab.dir, 'odd');
  const first = join(lab.dir, 'first.log');
  writeFileSync(first, HOUR.join(''));
  lab.run('import', '--store', store, first, log);
  const run = await lab.start('web', '--store', store, '--web', '127.0.0.1:0');
  const { page, check } = await lab.pageAt(run, '/s/1000001/contacts');
  const bob = page.locator('tr', { hasText: 'bob@hotmail.com' });
  await bob.getByText('be right back').waitFor();
  await bob.getByLabel('taken off BL').waitFor();
  await page.locator('dl', { hasText: 'three' }).waitFor();
  const cut = (cells: Element[]) =>
    cells.filter((c) => c.scrollWidth > c.clientWidth).map((c) => c.textContent);
  expect(await bob.locator('td.list, td:first-child').evaluateAll(cut)).toEqual([]);
  check();
});

test('an event that does not exist is said to be none', async () => {
  const { page } = await lab.page(demo.url);
  await page.getByRole('link', { name: 'alice@hotmail.com' }).first().click();
  await page.waitForURL(/\/s\/\d+/);
  const session = /\/s\/\d+/.exec(page.url())![0];
  await page.goto(new URL(`${session}/contacts?at=99999999`, demo.url).href);
  await page.getByRole('alert').getByText('there is no event 99999999').waitFor();
  expect(await page.locator('.moment').textContent()).not.toContain('after');
  await page.goto(new URL(`${session}/e/99999999`, demo.url).href);
  await page.locator('#detail').getByText('there is no event 99999999').waitFor();
  await page.keyboard.press('m');
  await page.getByText('there is no event 99999999').nth(1).waitFor();
  expect(await page.getByRole('dialog').count()).toBe(0);
});

test('a session that does not exist is said to be none', async () => {
  const { page } = await lab.page(demo.url);
  await page.getByRole('heading', { name: 'Sessions' }).waitFor();
  await page.goto(new URL('/s/999/contacts', demo.url).href);
  await page.getByRole('alert').getByText('there is no session 999').waitFor();
  expect(await page.locator('table').count()).toBe(0);
  expect(await page.locator('.moment').textContent()).not.toContain('Nothing');
});

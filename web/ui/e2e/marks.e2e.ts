// This file tests what users add: marks, notes and names, seen by two windows
// and kept when the index is built again; and the deletion of a capture.
import { rmSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessible, at, Lab, type Running } from './lab';

const lab = new Lab();
const captures = new URL('../../../captures/testdata/', import.meta.url).pathname;
let store: string;
let run: Running;
const serve = () => lab.start('web', '--web', '127.0.0.1:0', '--store', store);
beforeAll(async () => {
  await lab.open();
  store = join(lab.dir, 'store');
  for (const name of ['goserver-netmsmgr.pcap', 'escargot-amsn080-twisted-gtmess.pcap']) {
    execFileSync(lab.binary, ['import', '--store', store, captures + name]);
  }
  run = await serve();
});
afterAll(() => lab.close());

test('an event is marked and noted with the keyboard, another window sees it', async () => {
  const { page, check } = await lab.pageAt(run, '/all');
  await page.locator('#events .r .cmd', { hasText: /\S/ }).first().waitFor();
  const other = await page.context().newPage();
  await other.goto(at(run, '/all?q=is%3Amarked'));
  await other.getByText('No event matches').waitFor();

  await page.locator('#events').focus();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('b');
  await page.locator('#events .r.sel .star', { hasText: '★' }).waitFor();
  await other.locator('#events .r .star').waitFor();
  await page.keyboard.press('m');
  await page.getByRole('textbox', { name: 'Note' }).waitFor();
  await accessible(page, 'note dialog');
  await page.keyboard.insertText('<b>why twice?</b>\nsee above');
  await page.keyboard.press('Control+Enter');
  await page.locator('#events .r.sel .star', { hasText: '★¶' }).waitFor();
  await other.locator('#events .r .star', { hasText: '★¶' }).waitFor();
  expect(await page.locator('#events .r.sel .text').textContent()).toContain('note: <b>why twice?</b>');
  await page.locator('#detail .note', { hasText: '<b>why twice?</b>' }).waitFor();
  await accessible(page, 'marked events');
  await other.goto(at(run, '/all?q=note%3Atwice'));
  await other.locator('#events .r .star', { hasText: '★¶' }).waitFor();
  await page.locator('#events').focus();
  await page.keyboard.press('Control+k');
  await page.keyboard.insertText('mark the event red');
  await page.keyboard.press('Enter');
  await other.locator('#events .r .star.m-red').waitFor();
  check();
});

test('names, notes and pins of sessions; sorting; export; a capture is deleted', async () => {
  const { page, check } = await lab.page(run.url);
  const rows = page.locator('tbody tr');
  await rows.nth(5).waitFor();
  const before = await rows.count();
  await rows.first().locator('a').focus();
  await page.keyboard.press('F2');
  await page.getByRole('textbox', { name: 'Name' }).fill('the <i>bad</i> one');
  await page.getByRole('textbox', { name: 'Note' }).fill('look at the challenge');
  await page.getByRole('dialog').getByRole('checkbox').check();
  await accessible(page, 'naming a session');
  await page.getByRole('button', { name: 'Save' }).click();
  await rows.first().locator('td b', { hasText: 'the <i>bad</i> one' }).waitFor();
  await page.keyboard.press('b');
  await page.locator('td', { hasText: '📌' }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Bytes' }).click();
  await page.getByRole('button', { name: 'Bytes' }).click();
  expect(await page.locator('th[aria-sort=descending]').textContent()).toContain('Bytes');
  // The notes are to be seen in any window that has room for columns.
  for (const width of [1440, 1366, 1280]) {
    await page.setViewportSize({ width, height: 860 });
    const beyond = () => page.locator('.scroll').evaluate((e) => e.scrollWidth - e.clientWidth);
    await expect.poll(beyond, { message: `${width} px` }).toBe(0);
  }
  await page.getByRole('button', { name: 'Bytes' }).click();
  await rows.first().locator('a').focus();
  await page.keyboard.press('x');
  await page.getByRole('menuitem', { name: /pcapng, for Wireshark/ }).waitFor();
  await accessible(page, 'menu of a session');
  const download = page.waitForEvent('download');
  await page.getByRole('menuitem', { name: /text of the chats/ }).click();
  expect((await download).suggestedFilename()).toMatch(/^msnscope-session-\d+\.txt$/);
  await accessible(page, 'sessions');
  const other = await page.context().newPage();
  await other.goto(at(run, '/all'));
  await other.locator('#events .r .cmd', { hasText: /\S/ }).first().waitFor();
  const events = Number(await other.locator('#events').getAttribute('aria-rowcount'));

  const theirs = await page.context().newPage();
  const gone = await rows.first().locator('a').getAttribute('href');
  await theirs.goto(at(run, gone!));
  await theirs.locator('#events .r .cmd', { hasText: /\S/ }).first().waitFor();
  await theirs.keyboard.press('j');
  await theirs.locator('#detail h2').waitFor();
  await page.bringToFront();
  await rows.first().locator('a').focus();
  await page.keyboard.press('Delete');
  await page.getByText('000001-escargot-amsn080-twisted-gtmess.pcap').waitFor();
  await accessible(page, 'deleting');
  await page.getByRole('button', { name: 'Delete the capture' }).click();
  await page
    .locator('.banner', { hasText: /Capture 000001-escargot.*was removed, deleted by its user/ })
    .waitFor();
  await page.waitForFunction((n) => document.querySelectorAll('tbody tr').length < n, before);
  await other.waitForFunction(
    (n) => Number(document.querySelector('#events')!.getAttribute('aria-rowcount')) < n,
    events,
  );
  // What was looked at stays to be read, and is said to be gone.
  await theirs.locator('#detail').getByText('This event is in the store no more.').waitFor();
  check();
});

test('what was added is there after the index was built again', async () => {
  await run.stop();
  for (const end of ['', '-wal', '-shm']) rmSync(join(store, 'index.sqlite' + end), { force: true });
  run = await serve();
  const { page, check } = await lab.pageAt(run, '/all?q=is%3Amarked');
  await page.locator('#events .r .star.m-red', { hasText: '★¶' }).waitFor();
  expect(await page.locator('#events').getAttribute('aria-rowcount')).toBe('2');
  check();
});

// This file tests importing through the page: by choosing and by dropping, what
// is said of it, and that it can be ended and left alone.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { accessible, Lab, type Running } from './lab';

const lab = new Lab();
const capture = new URL('../../../captures/testdata/escargot-amsn080-twisted-gtmess.pcap', import.meta.url)
  .pathname;
let store = '';
let web: Running;
beforeAll(async () => {
  await lab.open();
  store = mkdtempSync(join(lab.dir, 'store-'));
  web = await lab.start('web', '--store', store, '--web', '127.0.0.1:0');
});
afterAll(() => lab.close());

const files = () => readdirSync(join(store, 'captures'));

async function drop(page: Page, name: string, bytes: Buffer) {
  const transfer = await page.evaluateHandle(
    ([name, base64]) => {
      const t = new DataTransfer();
      t.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
      return t;
    },
    [name, bytes.toString('base64')] as const,
  );
  await page.dispatchEvent('main', 'drop', { dataTransfer: transfer });
}

test('imports what is chosen and what is dropped, and says what was in it', async () => {
  const { page, check } = await lab.page(web.url);
  await page.getByRole('heading', { name: 'Sessions', level: 1 }).waitFor();
  await page.keyboard.press('8');
  await page.waitForURL(/\/import$/);
  await page.getByText('Drop captures here').waitFor();
  await accessible(page, 'import');
  const bad = join(lab.dir, 'holiday.jpg');
  writeFileSync(bad, 'no capture');
  await page.getByLabel('Files to import').setInputFiles([capture, bad]);
  const good = page.getByRole('article', { name: /^escargot/ }).first();
  await good.getByText(/events in [\d,]+ packets; \d+ connections? used/).waitFor();
  await good.getByText('Connections used', { exact: true }).click();
  await page.getByRole('article', { name: 'holiday.jpg' }).first().getByRole('alert').waitFor();
  await accessible(page, 'imported');

  // The report is there again after the page was away, and leads to the sessions.
  await page.reload();
  await good
    .getByRole('link', { name: /^Session/ })
    .first()
    .click();
  await page.waitForURL(/\/s\/\d+$/);
  await page.locator('#events .r').first().waitFor();

  // Dropped on another screen.
  await drop(page, 'log.txt', readFileSync(capture).subarray(0, 3000));
  await page.waitForURL(/\/import$/);
  await page.getByRole('article', { name: 'log.txt' }).first().waitFor();
  await page
    .getByRole('article', { name: 'log.txt' })
    .first()
    .getByText(/^(imported|was imported already)/)
    .waitFor();
  const before = files().length;
  for (const b of await page.getByRole('button', { name: /Remove from the list\s*: holiday.jpg/ }).all())
    await b.click();
  await page.getByRole('article', { name: 'holiday.jpg' }).waitFor({ state: 'detached' });
  expect(files().length).toBe(before);

  // What is there is not imported again.
  await page.getByLabel('Files to import').setInputFiles([capture]);
  await page
    .getByRole('article', { name: /^escargot/ })
    .getByText('was imported already')
    .waitFor();
  await accessible(page, 'imported already');
  expect(files().length).toBe(before);
  check();
});

test('an import is ended, and nothing of it is left', async () => {
  const { page, check } = await lab.pageAt(web, '/import');
  await page.getByText('Drop captures here').waitFor();
  const before = files();
  // A piece that never arrives: the upload hangs until it is cancelled.
  await page.route('**/api/uploads/*?offset=*', () => {});
  await page.getByLabel('Files to import').setInputFiles([
    { name: 'slow.pcap', mimeType: 'application/octet-stream', buffer: readFileSync(capture) },
    { name: 'next.pcap', mimeType: 'application/octet-stream', buffer: Buffer.from('x') },
  ]);
  const slow = page.getByRole('article', { name: 'slow.pcap' });
  await slow.getByText('is being sent').waitFor();
  await page.getByRole('article', { name: 'next.pcap' }).getByText('waits for the file before').waitFor();
  // It goes on while other screens are open.
  await page.keyboard.press('1');
  await page.getByRole('heading', { name: 'Sessions', level: 1 }).waitFor();
  await page.keyboard.press('8');
  await slow.getByText('is being sent').waitFor();
  await page.getByRole('button', { name: /Cancel\s*: next.pcap/ }).click();
  await page.getByRole('article', { name: 'next.pcap' }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: /Cancel\s*: slow.pcap/ }).click();
  await slow.getByText('cancelled; nothing of it is left').waitFor();
  await page.waitForFunction(async () => {
    const r = await fetch('/api/uploads');
    return ((await r.json()) as { list: unknown[] }).list.length === 0;
  });
  expect(files()).toEqual(before);
  expect(readdirSync(join(store, 'uploads'))).toEqual([]);
  check();
});

test('a store that is only read says so', async () => {
  const second = await lab.start('web', '--store', store, '--web', '127.0.0.1:0');
  const { page, check } = await lab.pageAt(second, '/import');
  await page.getByText('This store is only read here.').waitFor();
  expect(await page.getByRole('button', { name: /Choose files/ }).count()).toBe(0);
  await accessible(page, 'import into a store that is only read');
  check();
});

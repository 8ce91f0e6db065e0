// This file tests the files screen: what was offered, what became of it, and
// that what is saved is what was sent, under a safe name.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessible, at, Lab, type Running } from './lab';

const lab = new Lab();
let run: Running;
beforeAll(async () => {
  await lab.open();
  const store = join(lab.dir, 'files');
  // Three files that alice offered: one whole, one with bytes missing, one that went elsewhere.
  lab.run('import', '--store', store, new URL('testdata/files.pcap', import.meta.url).pathname);
  run = await lab.start('web', '--store', store, '--web', '127.0.0.1:0');
});
afterAll(() => lab.close());

test('get the file that was transferred', async () => {
  const { page, check } = await lab.page(run.url);
  await page.getByRole('link', { name: 'alice@hotmail.com' }).first().click();
  await page.locator('#events .r').first().waitFor();
  await page.keyboard.press('D');
  await page.waitForURL(/\/s\/\d+\/files$/);
  const list = page.getByRole('region', { name: 'Files and invitations' });
  const whole = list.locator('tr', { hasText: 'onerror' });
  await whole.getByText('complete').waitFor();
  await whole.getByText('../<img src=x onerror=alert(1)>⟨U+202E⟩gpj.html').waitFor();
  await accessible(page, 'files');

  await page.keyboard.press('j'); // the first to save, the newest: a partial one
  await page.keyboard.press('j');
  const got = page.waitForEvent('download');
  await page.keyboard.press('Enter');
  const download = await got;
  expect(download.suggestedFilename()).toBe('_img src=x onerror=alert(1)_gpj.html');
  const bytes = readFileSync(await download.path());
  const sum = createHash('sha256').update(bytes).digest('hex');
  expect(await whole.textContent()).toContain(sum);
  expect(bytes.length).toBe(3000);

  const partial = list.locator('tr', { hasText: 'report.doc' });
  await partial.getByText(/7543 of 9000 bytes, missing 1457 bytes at 2914/).waitFor();
  expect(await partial.getByRole('link', { name: /Save what is here/ }).getAttribute('download')).toBe(
    'report.doc.partial',
  );
  const elsewhere = list.locator('tr', { hasText: 'song.mp3' });
  await elsewhere.getByText(/went from client to client, not through here/).waitFor();
  await elsewhere.getByText(/alice@hotmail.com waits at 10.0.0.9:6893/).waitFor();
  expect(await list.locator('img').count()).toBe(0);

  // Each offer leads to its messages.
  await elsewhere.getByRole('link', { name: /^#/ }).first().click();
  await page.waitForURL(/\/e\/\d+$/);
  await page.locator('#detail h2', { hasText: 'MSG' }).waitFor();
  check();
});

test('files of all sessions, and of one that there is not', async () => {
  const { page } = await lab.pageAt(run, '/all/files');
  await page.getByText('song.mp3').waitFor();
  await page.goto(at(run, '/s/999/files'));
  await page.getByRole('alert').getByText('there is no session 999').waitFor();
});

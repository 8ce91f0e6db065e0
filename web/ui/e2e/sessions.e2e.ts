// This file tests the home screen: the table of sessions, also of very many, and
// the first steps with a client that really connects.
import { execFileSync } from 'node:child_process';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessible, at, Lab, root, type Running } from './lab';

const lab = new Lab();
let demo: Running;
beforeAll(async () => {
  await lab.open();
  demo = await lab.start('demo', '--web', '127.0.0.1:0', '--pace', '200ms');
});
afterAll(() => lab.close());

test('the sessions of the demo, opened with the keyboard', async () => {
  const { page, check } = await lab.page(demo.url);
  await page.getByRole('link', { name: 'alice@hotmail.com' }).first().waitFor();
  expect(page.url()).not.toContain('token');
  await page.locator('td', { hasText: 'live' }).first().waitFor();
  expect(await page.locator('.cards').textContent()).toContain(demo.proxy);
  await accessible(page, 'sessions');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/s\/\d+$/);
  await page.locator('#events .r').first().waitFor();
  await page.keyboard.press('1');
  await page.getByRole('heading', { name: 'Sessions' }).waitFor();
  check();
});

test('the first steps tick themselves, and hostile names stay text', async () => {
  const upstream = await lab.peer((s) => {
    s.once('data', () =>
      s.write(
        'VER 1 MSNP7 CVR0\r\n' +
          'USR 3 OK eve@example.com <img%20src=x%20onerror=alert(1)>%E2%80%AEgpj.exe 1\r\n' +
          'MSG Hotmail Hotmail 63\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n<script>x',
      ),
    );
  });
  const run = await lab.start(
    'proxy',
    ...['--listen', '127.0.0.1:0', '--web', '127.0.0.1:0', '--upstream', upstream],
    ...['--store', join(lab.dir, 'first')],
  );
  const { page, check } = await lab.page(run.url);
  await page.getByRole('heading', { name: 'Waiting for a client' }).waitFor();
  const steps = await page.locator('.first').textContent();
  expect(steps).toContain(run.proxy);
  expect(steps).toContain('127.0.0.1 messenger.hotmail.com');
  expect(steps).toContain('HKCU\\Software\\Microsoft\\MessengerService');
  expect(steps).toContain('127.0.0.1;' + run.proxy);
  await accessible(page, 'first steps');

  const [host, port] = run.proxy.split(':');
  const client = connect(Number(port), host, () => client.write('VER 1 MSNP7 MSNP6 CVR0\r\n'));
  client.on('error', () => {});
  await page.getByRole('heading', { name: 'It works' }).waitFor();
  expect(await page.locator('.mark.ok').count()).toBe(3);
  await page.getByRole('button', { name: 'Open the session' }).click();
  await page.locator('#events .r', { hasText: 'onerror' }).first().click();
  await page.locator('#detail h2', { hasText: 'USR' }).waitFor();
  const detail = (await page.locator('#detail').textContent()) ?? '';
  expect(detail).toContain('<img src=x onerror=alert(1)>');
  expect(detail).toContain('⟨U+202E⟩');
  expect(detail).not.toContain('\u202e');
  await page.locator('#events').focus();
  await page.keyboard.press('G');
  for (const key of ['Alt+1', 'Alt+2', 'Alt+3', 'Alt+4']) await page.keyboard.press(key);
  expect(await page.locator('#detail img, #detail script').count()).toBe(0);
  client.destroy();
  check();
});

test('of very many sessions the page has those that it shows', async () => {
  const big = join(lab.dir, 'many.pcap');
  const store = join(lab.dir, 'many');
  execFileSync('go', ['run', './cmd/bench', 'generate', '--megabytes', '30', big], { cwd: root });
  lab.run('import', '--store', store, big);
  const run = await lab.start('web', '--web', '127.0.0.1:0', '--store', store);
  const { page, check } = await lab.page(run.url);
  const rows = page.locator('tbody tr');
  const ids = () => rows.evaluateAll((all) => all.map((r) => Number((r as HTMLElement).dataset.session)));
  const api = async (query: string): Promise<{ total: number; list: { id: number; account: string }[] }> =>
    (await page.request.get(at(run, `/api/sessions?${query}`))).json();
  const idsOf = async (query: string) => (await api(query)).list.map((s) => s.id);
  const { total } = await api('n=0');
  expect(total).toBeGreaterThan(1300);
  await page.getByText(`${total.toLocaleString('en')} sessions`).waitFor();

  // More and more are shown; from a thousand on the first ones make room.
  const shown = (n: number) => expect.poll(() => rows.count()).toBe(n);
  const more = page.getByRole('button', { name: /^Show more/ });
  for (let n = 200; n <= 1000; n += 200) {
    await shown(n);
    await more.click();
  }
  const newest = await idsOf('order=-id&n=1200');
  await expect.poll(ids).toEqual(newest.slice(200));
  await page.getByRole('button', { name: 'To the first' }).click();
  await expect.poll(ids).toEqual(newest.slice(0, 1000));

  // Who comes back from a session is where he was.
  const far = page.locator('tbody tr').nth(700).locator('a');
  const address = await far.getAttribute('href');
  await far.press('Enter');
  await page.waitForURL(at(run, address!));
  await page.goBack();
  await page.waitForFunction((a) => document.activeElement?.getAttribute('href') === a, address);
  expect(await page.locator('.page').evaluate((e) => e.scrollTop)).toBeGreaterThan(10_000);

  // The server sorts.
  await page.getByRole('columnheader', { name: 'Events' }).getByRole('button').click();
  await expect.poll(ids).toEqual(await idsOf('order=events&n=1000'));
  await page.getByRole('columnheader', { name: 'Events' }).getByRole('button').click();
  await expect.poll(ids).toEqual(await idsOf('order=-events&n=1000'));

  // One that is on no list, and one that there is not.
  const [first] = (await api('n=1')).list;
  await page.goto(at(run, `/s/${first.id}`));
  await page.locator('.head .who', { hasText: first.account }).waitFor();
  await page.locator('#events .r .cmd', { hasText: /\S/ }).first().waitFor();
  await page.goto(at(run, '/s/999999'));
  await page.getByText('There is no such session in this store.').first().waitFor();

  // Connections are called what they are in their sessions, wherever one looks.
  await page.goto(at(run, '/all?q=conn:sb'));
  await page
    .locator('#events .r .conn', { hasText: /^SB\d+$/ })
    .nth(5)
    .waitFor();
  await page.locator('#events').focus();
  await page.keyboard.press('End');
  await page
    .locator('#events .r .conn', { hasText: /^SB\d+$/ })
    .nth(5)
    .waitFor();
  await page.goto(at(run, '/all/ladder'));
  await page.getByText(/^SB/).first().waitFor();
  await page.goto(at(run, `/compare?a=${first.id}`));
  await expect.poll(() => page.locator('header select').nth(1).locator('option').count()).toBe(301);
  check();
});

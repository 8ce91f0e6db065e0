// This file tests the home screen: the table of sessions, and the first steps
// with a client that really connects.
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessible, Lab, themes, type Running } from './lab';

const lab = new Lab();
let demo: Running;
beforeAll(async () => {
  await lab.open();
  demo = await lab.start('demo', '--web', '127.0.0.1:0', '--pace', '200ms');
});
afterAll(() => lab.close());

describe.each(themes)('%s', (colorScheme) => {
  test('the sessions of the demo, opened with the keyboard', async () => {
    const { page, check } = await lab.page(demo.url, { colorScheme });
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
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme });
    await accessible(page, 'first steps ' + colorScheme);
  }

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

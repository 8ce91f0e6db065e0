// This file tests what the events screen offers beyond reading: columns, several
// rows, filters by values and with the star, neighbours, exports, no answer.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Page } from 'playwright-core';
import { accessible, at, Lab, type Opened, type Running } from './lab';

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

async function open(path = '/s/1', options = {}): Promise<Opened> {
  const p = await lab.pageAt(demo, path, options);
  await p.page.locator('#events .r .cmd', { hasText: /\S/ }).first().waitFor();
  // What stands above the rows moves them when it comes.
  if (path.startsWith('/s/')) await p.page.getByRole('region', { name: 'Sign-in' }).waitFor();
  return p;
}
const heads = (page: Page) =>
  page.locator('#events .head [data-col]').evaluateAll((l) => l.map((e) => (e as HTMLElement).dataset.col));
const command = async (page: Page, text: string) => {
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Find a command' }).fill(text);
  await page.keyboard.press('Enter');
};

test('columns by keyboard: hidden, moved, resized, kept, in the address', async () => {
  const { page, check } = await open();
  await command(page, 'Columns');
  const dialog = page.getByRole('dialog', { name: 'Columns' });
  await dialog.getByLabel('TrID', { exact: true }).uncheck();
  await dialog.getByRole('button', { name: 'Command: to the left' }).focus();
  for (let i = 0; i < 3; i++) await page.keyboard.press('Enter');
  await dialog.getByLabel('Width of Account in px').fill('240');
  await page.keyboard.press('Tab');
  await accessible(page, 'columns');
  await dialog.getByRole('button', { name: 'Put them into the address' }).click();
  await page.keyboard.press('Escape');
  await page.waitForURL(/cols=icon,num,sess,time,cmd,gap,dir,conn,acc:240,text/);
  const shown = await heads(page);
  expect(shown).not.toContain('trid');
  expect(shown.indexOf('cmd')).toBeLessThan(shown.indexOf('dir'));
  await page.goto(at(demo, '/s/1'));
  await page.locator('#events .r .cmd').first().waitFor();
  expect(await heads(page)).toEqual(shown);
  check();
});

test('columns by mouse', async () => {
  const { page, check } = await open();
  const width = () => page.locator('#events .head .acc').evaluate((e) => (e as HTMLElement).offsetWidth);
  const before = await width();
  const grip = (await page.locator('#events .head .acc .grip').boundingBox())!;
  await page.mouse.move(grip.x + 3, grip.y + 10);
  await page.mouse.down();
  await page.mouse.move(grip.x - 37, grip.y + 10, { steps: 4 });
  await page.mouse.up();
  expect(before - (await width())).toBeGreaterThan(30);
  const [size, num] = [
    await page.locator('#events .head .cmd').boundingBox(),
    await page.locator('#events .head .num').boundingBox(),
  ];
  await page.mouse.move(size!.x + 8, size!.y + 10);
  await page.mouse.down();
  await page.mouse.move(num!.x + 4, num!.y + 10, { steps: 6 });
  await page.mouse.up();
  await page.waitForFunction(() => {
    const all = [...document.querySelectorAll<HTMLElement>('#events .head [data-col]')].map(
      (e) => e.dataset.col,
    );
    return all.indexOf('cmd') < all.indexOf('num');
  });
  check();
});

test('taller rows', async () => {
  const { page, check } = await open();
  await command(page, 'Taller rows');
  await page.waitForFunction(() => document.querySelector<HTMLElement>('#events .r')?.offsetHeight === 30);
  await page.keyboard.press('G');
  await page.locator('#events .r.sel').waitFor();
  await accessible(page, 'taller rows');
  check();
});

test('several rows: picked by keyboard and mouse, copied, exported', async () => {
  const { page, check } = await open('/s/1', { permissions: ['clipboard-read', 'clipboard-write'] });
  await page.keyboard.press('g');
  await page.locator('#events').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await page.keyboard.press('Shift+ArrowDown');
  await page.getByText('3 events selected').waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await page.getByText('4 events selected').waitFor();
  await page.locator('#events .r[data-i="8"] .cmd').click({ modifiers: ['Control'] });
  await page.getByText('5 events selected').waitFor();
  expect(await page.locator('#events .r[aria-selected=true]').count()).toBeGreaterThanOrEqual(5);
  await accessible(page, 'picked rows');
  await page.getByRole('button', { name: 'Copy', exact: true }).first().click();
  await page.getByRole('menuitem', { name: 'Escaped text' }).click();
  await page
    .getByText(/events copied/)
    .first()
    .waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toContain('VER 1 MSNP7');
  expect(copied).toContain('\\r\\n');

  await page.locator('#events').focus();
  await page.keyboard.press('x');
  const dialog = page.getByRole('dialog', { name: 'Export' });
  await dialog.getByText('the 5 selected events').waitFor();
  await dialog.getByText('CSV', { exact: false }).click();
  await dialog.getByText('invented people').click();
  await accessible(page, 'export');
  const href = await dialog.getByRole('link', { name: 'Save the file' }).getAttribute('href');
  expect(href).toContain('fmt=csv');
  expect(href).toContain('pseudonymise=1');
  expect(href).not.toContain('secrets');
  const saved = page.waitForEvent('download');
  await dialog.getByRole('link', { name: 'Save the file' }).click();
  const csv = readFileSync(await (await saved).path(), 'utf8');
  expect(csv.trim().split('\n').length).toBeGreaterThanOrEqual(5);
  expect(csv).not.toContain('alice@hotmail.com');

  await page.keyboard.press('Control+a');
  await page.locator('#events').focus();
  await page.keyboard.press('Control+a');
  await page.getByText(/^\d{2,} events selected/).waitFor();
  await page.keyboard.press('Escape');
  await page.getByText(/events selected/).waitFor({ state: 'detached' });
  check();
});

test('values: Alt+click, + and -', async () => {
  const { page, check } = await open();
  await page.keyboard.press('g');
  await page.locator('#detail h2').waitFor();
  await page
    .locator('#events .r .cmd', { hasText: 'VER' })
    .first()
    .click({ modifiers: ['Alt'] });
  await page.waitForURL(/q=cmd:VER$/);
  await page
    .locator('#events .r .dir')
    .first()
    .click({ modifiers: ['Alt', 'Shift'] });
  await page.waitForURL(/q=cmd:VER\+-dir:/);
  await page.goto(at(demo, '/s/1'));
  await page.locator('#events .r .cmd', { hasText: /\S/ }).first().waitFor();
  await page.keyboard.press('g');
  await page.locator('#detail h2').waitFor();
  await page.locator('#events .r .cmd', { hasText: 'INF' }).first().hover();
  await page.keyboard.press('-');
  await page.waitForURL(/q=-cmd:INF$/);
  // Without a pointer the reader chooses among the values of the row.
  await page.mouse.move(5, 400);
  await page.locator('#events').focus();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('+');
  const dialog = page.getByRole('dialog', { name: 'Only events with' });
  await dialog.getByRole('button', { name: /^dir:/ }).waitFor();
  await accessible(page, 'values');
  await dialog.getByRole('button', { name: /^dir:/ }).click();
  await page.waitForURL(/dir:(c2s|s2c)/);
  check();
});

test('filters with the star', async () => {
  const { page, check } = await open('/s/1?q=cmd:NLN');
  await page.getByRole('button', { name: 'Keep this filter' }).click();
  await page.goto(at(demo, '/s/1'));
  await page.locator('#events .r .cmd', { hasText: /\S/ }).first().waitFor();
  await page.keyboard.press('/');
  await page.keyboard.press('ArrowUp');
  await page.getByRole('option', { name: /cmd:NLN.*★/ }).waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  await command(page, '★ cmd:NLN');
  await page.waitForURL(/q=cmd:NLN$/);
  check();
});

test('next and previous of the same contact or chat', async () => {
  const { page, check } = await open('/s/1?q=cmd:MSG+conn:sb');
  await page.keyboard.press('g');
  await page.locator('#events .r.sel').waitFor();
  const conn = await page.locator('#events .r.sel .conn').textContent();
  const first = page.url();
  await page.keyboard.press(']');
  await page.waitForURL((u) => u.href !== first);
  expect(await page.locator('#events .r.sel .conn').textContent()).toBe(conn);
  await page.keyboard.press('[');
  await page.waitForURL(first);
  check();
});

test('a request without an answer says so, and the chip counts it', async () => {
  const server = await lab.peer((s) => s.on('data', () => {})); // says nothing
  const quiet = await lab.start(
    'proxy',
    '--upstream',
    server,
    '--listen',
    '127.0.0.1:0',
    '--web',
    '127.0.0.1:0',
    '--store',
    lab.dir + '/quiet',
  );
  const [host, port] = quiet.proxy.split(' ')[0].split(':');
  const client = connect(Number(port), host);
  client.on('error', () => {});
  client.write('VER 1 MSNP7 CVR0\r\n');
  const { page, check } = await lab.pageAt(quiet, '/all');
  await page.locator('#events .r .cmd', { hasText: 'VER' }).waitFor();
  expect(await page.locator('#events .r .lat', { hasText: 'no answer' }).count()).toBe(0);
  await page.getByRole('button', { name: 'unanswered 1' }).waitFor();
  await page.locator('#events .r .lat', { hasText: 'no answer' }).waitFor({ timeout: 20_000 });
  await accessible(page, 'no answer');
  await page.getByRole('button', { name: 'unanswered 1' }).click();
  await page.waitForURL(/q=is:unanswered/);
  client.destroy();
  check();
});

test('narrow windows and 400 % zoom', async () => {
  const { page, check } = await open('/s/1');
  await page.keyboard.press('g');
  await page.locator('#detail h2').waitFor();
  for (const width of [1000, 700, 320]) {
    await page.setViewportSize({ width, height: 640 });
    await accessible(page, `${width} px`);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  }
  check();
});

test('what comes late is not done to the screen that came next', async () => {
  const { page, check } = await open();
  // The answers of this server take their time.
  await page.routeWebSocket(/\/api\/ws/, (ws) => {
    const server = ws.connectToServer();
    server.onMessage((m) => void setTimeout(() => ws.send(m), 100));
  });
  await page.goto(at(demo, '/s/1'));
  await page.locator('#events .r .cmd', { hasText: /\S/ }).first().waitFor();
  await page.keyboard.press('g');
  await page.locator('#detail h2', { hasText: 'opened' }).waitFor();
  await page.keyboard.press('j');
  await page.locator('#detail h2', { hasText: 'VER' }).waitFor();
  const steps = await page.evaluate(() => history.length);
  await page.keyboard.press('p');
  await page.keyboard.press('4');
  await page.getByRole('region', { name: 'Contact list' }).waitFor();
  await page.waitForTimeout(500);
  expect(await page.evaluate(() => history.length)).toBe(steps + 1);
  check();
});

// This file tests the compare screen: two sign-ins of one program at two
// servers, marked in the list with the keyboard, and what is different.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessible, at, Lab, type Running } from './lab';

const log = (status: string, more: string, cookie: string) => `# source: made up
Client opens a connection to 64.4.12.132:1863.

C: VER 1 MSNP7 CVR0
S: VER 1 MSNP7 CVR0
C: INF 2
S: INF 2 MD5
C: USR 3 MD5 I alice@hotmail.com
S: USR 3 MD5 S ${cookie}
C: USR 4 MD5 S 0dc38e0c96e5ef37eb9451a0b2d5aaf9
S: USR 4 OK alice@hotmail.com Alice
C: CHG 5 NLN
S: CHG 5 NLN
S: ILN 5 ${status} bob@hotmail.com <b>Bob
${'C: PNG\nS: QNG\n'.repeat(300)}${more}C: OUT
`;

const lab = new Lab();
let run: Running;
beforeAll(async () => {
  await lab.open();
  writeFileSync(join(lab.dir, 'one.txt'), log('AWY', '', '17.4'));
  writeFileSync(join(lab.dir, 'two.txt'), log('BSY', 'S: FLN bob@hotmail.com\n', '18.5'));
  writeFileSync(join(lab.dir, 'three.txt'), log('AWY', '', '19.6'));
  const store = join(lab.dir, 'store');
  const files = ['one.txt', 'two.txt', 'three.txt'].map((f) => join(lab.dir, f));
  execFileSync(lab.binary, ['import', '--store', store, ...files]);
  run = await lab.start('web', '--web', '127.0.0.1:0', '--store', store);
});
afterAll(() => lab.close());

const B = 1_000_001;

test('two sessions are marked, compared, and walked through by keyboard', async () => {
  const { page, check } = await lab.page(run.url);
  await page.getByRole('checkbox', { name: 'Mark session 1', exact: true }).waitFor();
  await page.keyboard.press('ArrowDown'); // the newest, which is the third
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Compare the two marked' }).waitFor();
  await accessible(page, 'sessions with marks');
  await page.keyboard.press('c');
  await page.waitForURL((u) => u.pathname === '/compare' && u.searchParams.get('b') === String(B));
  expect(new URL(page.url()).searchParams.get('a')).toBe('1');

  const facts = page.getByRole('region', { name: 'Result' });
  await facts.getByText('611 same, 1 changed, 1 only in B').waitFor();
  // It begins at the first difference.
  await page.locator('.r.sel.changed', { hasText: 'ILN' }).waitFor();
  expect(await page.locator('.r.sel mark').allTextContents()).toEqual(['AWY', 'BSY']);
  expect(await page.locator('.r.sel .sign').textContent()).toContain('changed: status');
  expect(await page.locator('.r.sel').textContent()).toContain('<b>Bob');
  const row = page.getByRole('region', { name: 'Selected row' });
  await row
    .getByRole('row', { name: /status/ })
    .getByText('BSY')
    .waitFor();
  await row.getByText('B: event #').waitFor();
  await accessible(page, 'compare');

  // The next one is far away; the address remembers it.
  await page.keyboard.press('n');
  await page.locator('.r.sel.only_b', { hasText: 'FLN' }).waitFor();
  const far = page.url();
  expect(Number(new URL(far).searchParams.get('row'))).toBeGreaterThan(300);
  await page.keyboard.press('N');
  await page.locator('.r.sel.changed', { hasText: 'ILN' }).waitFor();
  await page.goto(far);
  await page.locator('.r.sel.only_b', { hasText: 'FLN' }).waitFor();

  // Only the differences, and what is around them.
  await page.locator('#compared').focus();
  await page.keyboard.press('d');
  await page.waitForURL((u) => u.searchParams.get('only') === '1');
  await page.locator('.r .conn', { hasText: '⋯' }).first().waitFor();
  await page.waitForFunction(() => document.querySelectorAll('#compared .r').length < 20);
  await accessible(page, 'only differences');

  // The other way round, and an event of a side.
  await page.keyboard.press('x');
  await facts.getByText('611 same, 1 changed, 1 only in A').waitFor();
  await page.locator('.r.sel.changed').waitFor();
  await page.keyboard.press('b');
  await page.waitForURL(/\/s\/1\/e\/\d+$/);
  await page.locator('#detail h2', { hasText: 'ILN' }).waitFor();
  check();
});

test('what is ignored can be compared, what is compared ignored', async () => {
  const { page, check } = await lab.pageAt(run, '/compare?a=1&b=2000001');
  const facts = page.getByRole('region', { name: 'Result' });
  await facts.getByText('No difference').waitFor();
  expect(await facts.textContent()).toContain('transaction ids');
  await accessible(page, 'equal');
  await facts.getByRole('checkbox', { name: 'digest' }).check();
  await page.waitForURL((u) => u.searchParams.get('with') === 'digest');
  await facts.getByText('611 same, 1 changed').waitFor();
  await page.locator('.r.sel', { hasText: '17.4' }).waitFor();

  // A filter, with its mistakes told.
  await page.keyboard.press('/');
  await page.keyboard.type('comand:ILN');
  await page.getByText('no field "comand"').waitFor();
  await page.getByRole('combobox', { name: 'Filter events' }).fill('-cmd:(USR, PNG, QNG)');
  await page.keyboard.press('Enter');
  await facts.getByText('No difference').waitFor();
  await page.getByRole('combobox', { name: 'Filter events' }).fill('cmd:NOT');
  await page.keyboard.press('Enter');
  await page.getByText('No event of either side matches the filter').waitFor();
  check();
});

test('a session compares with one that is chosen', async () => {
  const { page, check } = await lab.pageAt(run, '/s/1');
  await page.locator('#events .r').first().waitFor();
  await page.keyboard.press('c');
  await page.waitForURL(/\/compare\?a=1$/);
  await page.getByText('Choose two sessions to compare').waitFor();
  await accessible(page, 'nothing chosen');
  await page.waitForFunction(() => document.activeElement?.tagName === 'SELECT');
  await page.getByRole('combobox', { name: 'B' }).selectOption(String(B));
  await page.locator('main').getByText('611 same, 1 changed, 1 only in B').first().waitFor();
  await page.keyboard.press('Control+K');
  await page.getByRole('combobox', { name: 'Find a command' }).fill('swap a and b');
  await page.keyboard.press('Enter');
  await page.waitForURL((u) => u.searchParams.get('a') === String(B));
  // In a window as small as that of a large zoom there are rows, too.
  await page.setViewportSize({ width: 320, height: 512 });
  await expect.poll(() => page.locator('#compared').evaluate((e) => e.clientHeight)).toBeGreaterThan(200);
  check();
});

test('the same session twice, one that is not there, and what the command line says of them', async () => {
  const { page } = await lab.pageAt(run, '/compare?a=1&b=1');
  await page.getByText('A and B are the same session').waitFor();
  await page.goto(at(run, '/compare?a=1&b=99'));
  await page.getByRole('alert').getByText('there is no session 99').waitFor();
  expect(await page.locator('#compared').count()).toBe(0);
  await page.getByRole('combobox', { name: 'B' }).selectOption(String(B));
  await page.locator('main').getByText('611 same, 1 changed, 1 only in B').first().waitFor();
  const said = () =>
    execFileSync(lab.binary, ['diff', '-q', join(lab.dir, 'one.txt'), join(lab.dir, 'two.txt')], {
      encoding: 'utf8',
    });
  expect(said).toThrow(expect.objectContaining({ status: 1 }));
});

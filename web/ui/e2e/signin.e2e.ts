// This file tests that the page says why a sign-in failed: in the list of
// sessions at once, and one click further with every step and its event. The
// failures are real: a client and a server that say these things through the proxy.
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessible, Lab, type Running } from './lab';

const lab = new Lab();
let run: Running;
const open: Socket[] = [];

// A server that goes wrong in the way that the account's name says.
function server(s: Socket, self: () => string) {
  let account = '';
  let text = '';
  const say = (...lines: string[]) => s.write(lines.map((l) => l + '\r\n').join(''));
  s.on('data', (b) => {
    text += b.toString();
    for (let end; (end = text.indexOf('\r\n')) >= 0;) {
      const line = text.slice(0, end);
      text = text.slice(end + 2);
      const w = line.split(' ');
      if (w[0] === 'VER') say(w[2] === 'MSNP1' ? `VER ${w[1]} 0` : `VER ${w[1]} MSNP7`);
      else if (w[0] === 'USR' && w[3] === 'I') {
        account = w[4];
        if (account.startsWith('loop')) say(`XFR ${w[1]} NS ${self()} 0 ${self()}`);
        else if (account.startsWith('closed')) s.end();
        else say(`USR ${w[1]} MD5 S 1013928519.693957190`);
      } else if (w[0] === 'USR') {
        if (account.startsWith('wrong')) {
          say(`911 ${w[1]}`);
          s.end();
        } else say(`USR ${w[1]} OK ${account} Name`);
      } else if (w[0] === 'SYN') {
        say(`SYN ${w[1]} 9`);
        if (account.startsWith('lists')) say(`LST ${w[1]} FL 9 1 2 a@hotmail.com A 0`);
        else {
          say(`GTC ${w[1]} 9 A`, `BLP ${w[1]} 9 AL`, `LSG ${w[1]} 9 1 1 0 Friends 0`);
          for (const l of ['FL', 'AL', 'BL', 'RL']) say(`LST ${w[1]} ${l} 9 0 0`);
        }
      } else if (w[0] === 'CHG') {
        say(line);
        if (account.startsWith('challenge')) say('CHL 0 15570131571988941333');
      } else if (w[0] === 'QRY') {
        text = '';
        say(`540 ${w[1]}`);
        s.end();
      }
    }
  });
}

/** Says lines, each when the answer to the one before has come. */
function client(...lines: string[]): Promise<Socket> {
  const [host, port] = run.proxy.split(':');
  return new Promise((resolve) => {
    const s = connect(Number(port), host);
    open.push(s);
    const left = [...lines];
    const next = () => {
      const line = left.shift();
      if (line) s.write(line);
      else resolve(s);
    };
    let heard = '';
    s.on('connect', next);
    s.on('error', () => {});
    s.on('close', () => resolve(s));
    s.on('data', (b) => {
      heard += b.toString();
      if (!heard.endsWith('\r\n')) return;
      const lists = (heard.match(/LST \d+ (BL|RL) /g) ?? []).length;
      if (heard.startsWith('SYN') && lists < 2 && !heard.includes('a@hotmail.com')) return;
      heard = '';
      next();
    });
  });
}

const md5 = (account: string) => [
  'VER 1 MSNP7 MSNP6 CVR0\r\n',
  `USR 2 MD5 I ${account}@hotmail.com\r\n`,
  'USR 3 MD5 S 0f9d00aa0f9d00aa0f9d00aa0f9d00aa\r\n',
];

beforeAll(async () => {
  await lab.open();
  let at = '';
  at = await lab.peer((s) => server(s, () => at));
  run = await lab.start(
    'proxy',
    ...['--listen', '127.0.0.1:0', '--web', '127.0.0.1:0', '--upstream', at],
    ...['--store', join(lab.dir, 'signins')],
  );
  await client(...md5('wrong'));
  (await client(...md5('closed').slice(0, 2))).destroy();
  (await client('VER 1 MSNP1\r\n')).destroy();
  for (let i = 0; i < 4; i++) (await client(...md5('loop').slice(0, 2))).destroy();
  (await client(...md5('lists'), 'SYN 4 0\r\n')).destroy();
  await client(
    ...[...md5('challenge'), 'SYN 4 0\r\n', 'CHG 5 NLN\r\n'],
    'QRY 6 msmsgs@msnmsgr.com 32\r\n12345678901234567890123456789012',
  );
});
afterAll(async () => {
  for (const s of open) s.destroy();
  await lab.close();
});

const failures: [account: string, inList: RegExp, why: RegExp, steps: RegExp[]][] = [
  [
    'wrong@hotmail.com',
    /refused: 911, the password or the ticket is wrong/,
    /Sign-in refused: error 911/,
    [/VER\s+version/, /USR\s+password: refused: 911/, /not reached: SYN/],
  ],
  [
    'closed@hotmail.com',
    /stuck: the server did not answer USR/,
    /did not answer USR/,
    [/account.*no answer/],
  ],
  [
    'from 127.0.0.1',
    /refused: the server accepts none of the protocol versions/,
    /accepts none of the protocol versions that the client offers/,
    [/VER\s+version: no protocol version accepted/],
  ],
  ['loop@hotmail.com', /stuck: the client is sent from server to server/, /none signs it in/, [/sent to/]],
  [
    'lists@hotmail.com',
    /stuck: the server did not send the lists to their end/,
    /did not send the lists to their end; this is the last line/,
    [/SYN\s+lists/, /not reached: CHG/],
  ],
  [
    'challenge@hotmail.com',
    /stuck: the client failed the server's challenge: error 540/,
    /failed the server's challenge: error 540/,
    [/CHG\s+status/, /540\s+challenge failed/],
  ],
];

test.each(failures)('why %s did not get in, in one click', async (account, inList, why, steps) => {
  const { page, check } = await lab.page(run.url);
  const row = page.locator('tr', { has: page.getByRole('link', { name: account, exact: true }) }).first();
  await row.getByText(inList).waitFor();
  expect((await row.boundingBox())!.height).toBeLessThan(100); // a few lines, not a word in each
  if (account.startsWith('wrong')) await accessible(page, 'sessions with failed sign-ins');
  await row.getByRole('link').first().click();
  const strip = page.getByRole('region', { name: 'Sign-in' });
  await strip.getByText(why).waitFor();
  for (const s of steps) await strip.locator('li').filter({ hasText: s }).first().waitFor();
  await accessible(page, `why ${account} did not get in`);
  // The reason is an event away.
  await strip.locator('.why a').first().click();
  await page.waitForURL(/\/e\/\d+/);
  await page.locator('#detail h2').first().waitFor();
  check();
});

test('a sign-in is watched as it goes on, and can be put away when it is done', async () => {
  const { page, check } = await lab.page(run.url);
  const talk = md5('fine');
  const s = await client(...talk.slice(0, 2));
  await page.getByRole('link', { name: 'fine@hotmail.com' }).click();
  const strip = page.getByRole('region', { name: 'Sign-in' });
  await strip.getByText('Signing in:').waitFor();
  await strip.getByText('USR (password)').waitFor({ state: 'detached' });
  s.write(talk[2]);
  await strip
    .getByText(/signed in/)
    .first()
    .waitFor();
  s.write('SYN 4 0\r\nCHG 5 NLN\r\n');
  await strip.getByText(/^after/).waitFor();
  expect(await strip.locator('li').count()).toBe(0);
  await strip.getByRole('button', { name: 'Show the steps' }).press('Enter');
  await strip.locator('li', { hasText: 'CHG' }).waitFor();
  await accessible(page, 'steps of a sign-in');
  await strip.getByRole('button', { name: 'Put the sign-in away' }).click();
  await strip.waitFor({ state: 'detached' });
  // The navigation leads to the other screens of the session.
  const screens = page.getByRole('navigation', { name: 'Screens' });
  await screens.getByRole('link', { name: 'Contacts' }).click();
  await page.waitForURL(/\/contacts$/);
  await page.keyboard.press('1');
  await page.locator('tr', { hasText: 'fine@hotmail.com' }).getByText('signed in').waitFor();
  check();
});

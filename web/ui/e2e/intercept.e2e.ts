// This file does by hand, in a browser, everything that can be done to a real
// chat: hold, forward, edit in each form, drop, inject to either side, hold the
// next, rules; and compares what both ends received with what the log says.
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Chat } from './chat';
import { accessible, at, Lab, type Running } from './lab';

const lab = new Lab();
beforeAll(() => lab.open());
afterAll(() => lab.close());

interface EventLine {
  id: number;
  session: number;
  kind: string;
  connection: number;
  dir: string;
  raw?: string;
  delivered?: string;
  note?: string;
  text?: string;
}

async function events(page: Page, q = ''): Promise<EventLine[]> {
  return page.evaluate(
    async (q) =>
      (await (await fetch(`/api/events?n=10000&secrets=1&q=${encodeURIComponent(q)}`)).json()).events,
    q,
  );
}

/** What the log says was delivered, by connection and direction. */
function delivered(list: EventLine[]): Map<string, string> {
  const out = new Map<string, string>();
  for (const e of list) {
    const key = `${e.connection} ${e.dir}`;
    let got = '';
    if (e.note === 'injected') got = unquote(/^\S+ ("(?:[^"\\]|\\.)*")/.exec(e.text!)![1]);
    else if (e.kind !== 'note') got = atob(e.delivered ?? e.raw ?? '');
    out.set(key, (out.get(key) ?? '') + got);
  }
  return out;
}

/** A quoted text of Go's, of ASCII bytes. */
const unquote = (s: string) => JSON.parse(s.replace(/\\x(..)/g, '\\u00$1')) as string;

test('every action on a real chat', { timeout: 120_000 }, async () => {
  const chat = Chat.start();
  let shown: Page | undefined;
  try {
    const up = await chat.hears('server ');
    const proxy: Running = await lab.start(
      'proxy',
      '--upstream',
      up,
      '--listen',
      '127.0.0.1:0',
      '--web',
      '127.0.0.1:0',
      '--store',
      join(lab.dir, 'store'),
    );
    const { page, check } = await lab.page(proxy.url);
    shown = page;
    await page.getByRole('heading', { name: 'Sessions' }).waitFor();
    chat.tell('in ' + proxy.proxy.split(' ')[0]);
    await chat.hears('ready');

    // A rule, made on the page; a mistake is shown where it is.
    await page.keyboard.press('7');
    await page.waitForURL(/\/intercept$/);
    await page.getByRole('tab', { name: /Rules/ }).click();
    await page.waitForURL(/\/intercept\/rules$/);
    await page.getByRole('button', { name: 'Add a rule' }).click();
    await page.getByLabel('Name').fill('what alice says');
    await page.getByLabel('Filter').fill('comand:MSG dir:c2s');
    await page.getByLabel('Does').fill('hold 60s');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('no field "comand"').waitFor();
    await page.getByRole('button', { name: 'cmd?' }).click();
    await page.getByLabel('Filter').press('Enter');
    await page.getByRole('cell', { name: 'what alice says', exact: true }).waitFor();
    await accessible(page, 'rules');

    const queue = page.getByRole('region', { name: 'Held commands' });
    const say = async (text: string) => {
      chat.tell('say ' + text);
      await queue.getByText(text).waitFor();
    };
    await page.getByRole('tab', { name: 'Command' }).click();

    // Forward, with the key.
    await say('forward me');
    await page.waitForURL(/\/intercept\/h\/\d+$/);
    await page.locator('#editor h2').getByText('MSG').waitFor();
    await page.getByRole('link', { name: /Intercept 1 held/ }).waitFor();
    await expect.poll(() => page.title()).toMatch(/held/);
    // It does not keep anybody on this screen.
    await page.keyboard.press('1');
    await page.getByRole('heading', { name: 'Sessions' }).waitFor();
    await page.goBack();
    await page.locator('#editor').waitFor();
    await page.keyboard.press('f');
    expect(await chat.hears('bob hears ')).toBe('"forward me"');
    await page.getByText('Nothing is held.').waitFor();

    // Edit: in the fields, where the length is mended; as text; as hex.
    await say('edit my fields');
    await page.keyboard.press('e');
    const payload = page.getByLabel(/^payload/);
    await payload.fill((await payload.inputValue()).replace('edit my fields', 'my fields were edited'));
    await page.getByLabel('Edited').getByText('my fields were edited').waitFor();
    await payload.press('Control+Enter');
    expect(await chat.hears('bob hears ')).toBe('"my fields were edited"');

    await say('edit my text');
    await page.getByRole('radio', { name: 'text' }).check();
    const text = page.locator('#editor textarea');
    await text.fill((await text.inputValue()).replace('edit my text', 'tëxt'));
    await page.getByRole('button', { name: /Send edited/ }).click();
    expect(JSON.parse(await chat.hears('bob hears '))).toBe('tëxt');

    await say('edit my hex');
    await page.getByRole('radio', { name: 'hex' }).check();
    const hex = page.locator('#editor textarea');
    const was = await hex.inputValue();
    await hex.fill(was + ' 2');
    await page.getByText('not whole').waitFor();
    expect(await page.getByRole('button', { name: /Send edited/ }).isDisabled()).toBe(true);
    await hex.fill(was + ' 21');
    await hex.press('Control+Enter');
    expect(await chat.hears('bob hears ')).toBe('"edit my hex!"');

    // Drop; inject before; what waits behind is said.
    await say('drop me');
    await page.locator('#editor .summary').getByText('drop me').waitFor();
    await say('after the drop');
    await queue.getByText('1 command waits behind').waitFor();
    await page.keyboard.press('x');
    await queue.getByText('drop me').waitFor({ state: 'detached' });
    await page.locator('#editor .summary').getByText('after the drop').waitFor();
    await page.keyboard.press('i');
    await page
      .getByLabel('Send before it')
      .fill('MSG 900 U 0\nMIME-Version: 1.0\nContent-Type: text/plain\n\nsent before');
    await page.getByRole('button', { name: /^Forward f/ }).click();
    expect(await chat.hears('bob hears ')).toBe('"sent before"');
    expect(await chat.hears('bob hears ')).toBe('"after the drop"');

    // The same command in two windows: the second one is told.
    await say('two windows');
    const other = await page.context().newPage();
    await other.goto(page.url());
    await other.locator('#editor h2').getByText('MSG').waitFor();
    await page.keyboard.press('f');
    await other.getByText('Already forwarded by another window.').waitFor();
    await other.close();
    expect(await chat.hears('bob hears ')).toBe('"two windows"');

    // Forward all.
    await say('one');
    await say('two');
    await page.keyboard.press('A');
    expect(await chat.hears('bob hears ')).toBe('"one"');
    expect(await chat.hears('bob hears ')).toBe('"two"');

    // The rule is switched off: nothing is held. Then the next one of a filter is.
    await page.getByRole('tab', { name: /Rules/ }).click();
    await page.getByRole('checkbox', { name: 'what alice says is on' }).uncheck();
    await expect.poll(() => page.locator('tr.off').count()).toBe(1);
    chat.tell('say not held');
    expect(await chat.hears('bob hears ')).toBe('"not held"');
    await page.keyboard.press('p');
    await page.getByLabel('Hold the next command of').fill('cmd:CHG');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Hold it' }).waitFor({ state: 'detached' });
    chat.tell('status AWY');
    await page.getByRole('tab', { name: 'Command' }).click();
    await queue.getByText('CHG').waitFor();
    await page.locator('#editor').waitFor();
    // Beside it another one, slow to come: till it is there, the one before is not taken for it.
    let come = () => {};
    const slow = new Promise<void>((resolve) => (come = resolve));
    await page.route(/\/api\/hold\/\d+\?secrets=1/, async (r) => {
      await slow;
      await r.continue();
    });
    await page.keyboard.press('p');
    await page.getByLabel('Hold the next command of').fill('cmd:MSG dir:c2s');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Hold it' }).waitFor({ state: 'detached' });
    chat.tell('say beside it');
    await queue.getByText('beside it').waitFor();
    await page.keyboard.press('j');
    await queue.locator('[aria-current]', { hasText: 'beside it' }).waitFor();
    await page.locator('#editor').waitFor({ state: 'detached' });
    await page.keyboard.press('Control+Enter');
    come();
    await page.locator('#editor .summary').getByText('beside it').waitFor();
    await page.keyboard.press('f');
    expect(await chat.hears('bob hears ')).toBe('"beside it"');
    await page.locator('#editor').getByLabel('status').fill('BSY');
    await page.locator('#editor').getByLabel('status').press('Control+Enter');
    await chat.hears('status ');

    // The composer: to bob's client, and to alice's server with an id of its own.
    await page.getByRole('tab', { name: 'Compose' }).click();
    const compose = page.locator('#part form');
    await compose
      .getByLabel('Connection')
      .selectOption({ label: await option(page, 'SB', 'bob@example.org') });
    await compose.getByLabel('Command').selectOption({ label: await commandOf(page, 'MSG') });
    await compose.getByLabel('Payload').fill('MIME-Version: 1.0\nContent-Type: text/plain\n\ncomposed');
    await accessible(page, 'compose');
    await page.getByRole('button', { name: /^Send/ }).click();
    expect(await chat.hears('bob hears ')).toBe('"composed"');
    await compose
      .getByLabel('Connection')
      .selectOption({ label: await option(page, 'NS', 'alice@example.org') });
    await compose.getByLabel('To', { exact: true }).selectOption('c2s');
    await compose.getByLabel('Command').selectOption({ label: await commandOf(page, 'CHG') });
    await compose.getByLabel('status').fill('IDL');
    await page.getByRole('button', { name: /^Send/ }).click();
    await compose.getByText('CHG 4000000000 IDL').waitFor();
    await page.getByRole('tab', { name: 'Done' }).click();
    await page.getByRole('cell', { name: 'injected' }).first().waitFor();
    await accessible(page, 'done');

    // Both ends, and the log.
    chat.tell('end');
    await chat.hears('over');
    await expect.poll(async () => (await events(page, 'note:closed')).length, { timeout: 10_000 }).toBe(6);
    const log = await events(page);
    const said = delivered(log);
    for (const dir of ['c2s', 's2c'])
      for (const got of chat.all(dir + ' '))
        expect([...said.entries()].filter(([k]) => k.endsWith(dir)).map(([, v]) => v)).toContain(atob(got));
    expect((await events(page, 'is:edited')).length).toBe(4);
    expect((await events(page, 'is:dropped cmd:MSG')).length).toBe(1);
    expect((await events(page, 'is:injected')).length).toBe(3);
    expect((await events(page, 'is:held')).length).toBe(11);

    // What was injected is shown as the command that it is, and said in the chat.
    const own = (await events(page, 'is:injected')).find((e) => e.text!.includes('composed'))!;
    await page.goto(at(proxy, `/all?q=id:${own.id}`));
    await page.getByText(/^injected: s2c/).click();
    const detail = page.locator('#detail');
    await detail.getByText('composed', { exact: true }).waitFor();
    await detail.getByRole('button', { name: 'MSG' }).first().waitFor();
    await page.goto(at(proxy, `/s/${own.session}/chat`));
    const line = page.locator('article', { hasText: 'composed' });
    await line.getByText('injected', { exact: true }).waitFor();
    await accessible(page, 'a chat with what was injected');
    check();
    await proxy.stop();
  } catch (e) {
    if (process.env.SHOTS) await shown?.screenshot({ path: join(process.env.SHOTS, 'intercept-failed.png') });
    throw e;
  } finally {
    chat.stop();
  }
});

async function option(page: Page, role: string, account: string): Promise<string> {
  const o = page.locator('#c-conn option').filter({ hasText: `${role} · ${account}` });
  await o.first().waitFor({ state: 'attached' });
  return (await o.first().innerText()).trim();
}

async function commandOf(page: Page, name: string): Promise<string> {
  const o = page.locator('#c-cmd option').filter({ hasText: new RegExp(`^${name} `) });
  await o.first().waitFor({ state: 'attached' });
  return (await o.first().innerText()).trim();
}

test('a store without a proxy says so', async () => {
  const web = await lab.start('web', '--web', '127.0.0.1:0', '--store', join(lab.dir, 'empty'));
  const { page, check } = await lab.pageAt(web, '/intercept');
  await page.getByRole('heading', { name: 'No proxy here' }).waitFor();
  await accessible(page, 'no proxy');
  check();
  await web.stop();
});

test('held commands, accessible', async () => {
  const demo = await lab.start('demo', '--web', '127.0.0.1:0', '--pace', '150ms');
  const { page, check } = await lab.pageAt(demo, '/intercept');
  await page.getByText('Nothing is held.').waitFor();
  await page.keyboard.press('p');
  await page.getByLabel('Hold the next command of').fill('cmd:MSG dir:c2s');
  await page.keyboard.press('Enter');
  await page.locator('#editor h2').waitFor();
  await accessible(page, 'held');
  const address = page.url();
  await page.keyboard.press('f');
  await page.getByText('Nothing is held.').waitFor();
  await page.goto(address);
  await page.getByText(/Already forwarded by this window/).waitFor();
  check();
  await demo.stop();
});

// This file plays a recorded sign-in again from the page: against practice
// servers, and for a client, with what can go wrong.
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Chat } from './chat';
import { accessible, at, Lab, type Running } from './lab';

const lab = new Lab();
const chats: Chat[] = [];
let run: Running; // a proxy that has recorded alice's sign-in as session 1
let fresh = ''; // a server that has not seen her yet

async function practice(): Promise<[Chat, string]> {
  const chat = Chat.start();
  chats.push(chat);
  return [chat, await chat.hears('server ')];
}

beforeAll(async () => {
  await lab.open();
  const [alice, upstream] = await practice();
  const any = ['--listen', '127.0.0.1:0', '--web', '127.0.0.1:0'];
  run = await lab.start('proxy', '--upstream', upstream, ...any, '--store', join(lab.dir, 'store'));
  alice.tell('alone ' + run.proxy.split(' ')[0]);
  await alice.hears('alone');
  [, fresh] = await practice();
});
afterAll(async () => {
  for (const c of chats) c.stop();
  await lab.close();
});

test('a sign-in is played against a server, by keyboard, and does not differ', async () => {
  const { page, check } = await lab.page(run.url);
  await page.getByRole('checkbox', { name: 'Mark session 1', exact: true }).waitFor();
  // From the menu of the session.
  await page.getByRole('button', { name: 'More for session 1', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Replay …' }).press('Enter');
  await page.waitForURL(/\/replay\/1$/);
  const form = page.getByRole('form', { name: 'What to play' });
  await form.getByRole('textbox', { name: 'Server' }).waitFor();
  expect(await form.getByLabel('Password').getAttribute('autocomplete')).toBe('off');
  await accessible(page, 'replay form');
  await form.getByRole('textbox', { name: 'Server' }).fill(fresh);
  await form.getByLabel('Password').fill('a');
  await page.keyboard.press('Enter');
  const how = page.getByRole('region', { name: 'How it goes' });
  await how.getByText('✓ No difference').waitFor();
  expect(new URL(page.url()).searchParams.get('to')).toBe(fresh);
  expect(page.url()).not.toContain('password');
  expect(await how.textContent()).toMatch(/2 connections, \d+ commands said, \d+ heard as recorded/);
  const rows = page.getByRole('region', { name: 'Commands, then and now' });
  await rows
    .getByRole('row', { name: /USR .* MD5 S \*+/ })
    .first()
    .waitFor();
  await accessible(page, 'replay without difference');

  // The result is a session like any other, and compares.
  await page.locator('h1').click(); // out of the form, so that single keys are heard
  await page.keyboard.press('c');
  await page.waitForURL((u) => u.pathname === '/compare' && u.searchParams.get('a') === '1');
  await page.getByRole('region', { name: 'Result' }).getByText('No difference').waitFor();
  await page.keyboard.press('1');
  await page.getByText('replay of 1', { exact: true }).waitFor();
  check();
});

test('another password is a difference, and told where it is', async () => {
  const { page, check } = await lab.pageAt(run, '/replay/1');
  const [, server] = await practice();
  await page.goto(at(run, `/replay/1?to=${server}&wait=300&q=cmd:USR+or+cmd:VER+or+cmd:INF+or+cmd:XFR`));
  await page.getByLabel('Password').fill('wrong');
  expect(await page.getByLabel('Wait for an answer').inputValue()).toBe('0.3');
  await page.getByRole('button', { name: /^Play/ }).click();
  const how = page.getByRole('region', { name: 'How it goes' });
  await how.getByText(/^\d+ differences?$/).waitFor();
  await how.getByText(/things? went otherwise/).click();
  const mishap = how.getByRole('listitem').filter({ hasText: 'the server answers 911' });
  await mishap.waitFor();
  await page.getByRole('checkbox', { name: /only what went otherwise/ }).check();
  await page.getByRole('row', { name: /it went otherwise: 911/ }).waitFor();
  await accessible(page, 'replay with differences');
  // It is there again after the page was away.
  await page.reload();
  await how.getByRole('link', { name: /See where they differ/ }).click();
  await page.waitForURL((u) => u.pathname === '/compare' && !!u.searchParams.get('qa'));
  await page.getByText('Of A only what matches').waitFor();
  await page.locator('.r.sel').waitFor();
  await accessible(page, 'compare with a filter of one side');
  await page.goBack();
  await how.getByText(/things? went otherwise/).click();
  await mishap.getByRole('link', { name: /^event/ }).click();
  await page.waitForURL(/\/s\/1\/e\/\d+$/);
  await page.locator('#detail h2', { hasText: 'USR' }).waitFor();
  check();
});

test("the servers' part is played for a client", async () => {
  const { page, check } = await lab.pageAt(run, '/s/1');
  await page.locator('#events .r').first().waitFor();
  // From the palette.
  await page.keyboard.press('Control+K');
  await page.getByRole('combobox', { name: 'Find a command' }).fill('replay this session');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/replay\/1/);
  await page.getByRole('radio', { name: "the servers' part" }).check();
  await page.waitForURL((u) => u.searchParams.get('as') === 'server');
  await page.getByLabel('Listen on').fill('127.0.0.1:0');
  await page.getByRole('button', { name: /^Play/ }).click();
  await page.getByText('Waiting for a client').waitFor();
  const address = await page.locator('.address code').textContent();
  expect(address).toMatch(/^127\.0\.0\.1:\d+$/);
  await accessible(page, 'replay waits for a client');

  // Another window sees it, and cannot begin a second one.
  const second = await page.context().newPage();
  await second.goto(at(run, '/replay/1'));
  await second.getByText('Waiting for a client').waitFor();
  expect(await second.getByRole('form', { name: 'What to play' }).count()).toBe(0);
  await second.goto(at(run, '/s/1000001'));
  await second.goto(at(run, '/replay/1000001'));
  await second.getByText('Session 1 is being replayed').waitFor();
  await accessible(second, 'another replay goes on');
  await second.close();

  chats[0].tell('alone ' + address);
  await chats[0].hears('alone');
  const how = page.getByRole('region', { name: 'How it goes' });
  await how.getByText('✓ No difference').waitFor();
  expect(await how.textContent()).toContain('2 connections');

  // Nobody comes: cancelled by key.
  await page.locator('h1').click();
  await page.keyboard.press('r');
  await page.getByText('Waiting for a client').waitFor();
  await page.keyboard.press('x');
  await page.getByText('Cancelled; nothing of it is kept.').waitFor();
  check();
});

test('what cannot be played says why', async () => {
  const { page, check } = await lab.pageAt(run, '/replay/1');
  const how = page.getByRole('region', { name: 'How it goes' });
  const play = async (to: string) => {
    await page.getByRole('textbox', { name: 'Server' }).fill(to);
    await page.getByRole('button', { name: /^Play/ }).click();
  };
  await page.getByRole('radio', { name: "the client's part" }).check();
  await play('127.0.0.9:1');
  await how.getByText('connection refused').waitFor();
  await play(new URL(run.url).host);
  await how.getByText("msnscope's own page").waitFor();
  await accessible(page, 'replay failed');
  await play('127.0.0.1:no');
  await page.getByRole('alert').getByText('is no address').waitFor();
  await page.getByRole('combobox', { name: 'Filter events' }).fill('comand:USR');
  await page.keyboard.press('Enter');
  await play('127.0.0.9:1');
  await page.getByText('no field "comand"').waitFor();
  await page.getByRole('combobox', { name: 'Filter events' }).fill('cmd:MSG');
  await page.keyboard.press('Enter');
  await play('127.0.0.9:1');
  await how.getByText('there is nothing to play').waitFor();
  await page.goto(at(run, '/replay/77'));
  await page.getByText('There is no session 77').waitFor();
  await accessible(page, 'no session');

  // A second program over the same store only reads it.
  const reader = await lab.start('web', '--store', join(lab.dir, 'store'), '--web', '127.0.0.1:0');
  const other = await lab.pageAt(reader, '/replay/1');
  await other.page.getByText('This store is only read here').waitFor();
  expect(await other.page.getByRole('button', { name: /^Play/ }).count()).toBe(0);
  await accessible(other.page, 'replay in a store that is only read');
  other.check();
  check();
});

// This file tests the chat screen: the demo's chats as they go on, those of a
// real capture, a chat of many lines, and hostile words.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessible, at, Lab, type Running } from './lab';

const lab = new Lab();
const testdata = new URL('../../../captures/testdata/', import.meta.url).pathname;
let demo: Running;
let real: Running;
let long: Running;

const LINES = 6000;
const head =
  'MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nX-MMS-IM-Format: FN=Arial; EF=B; CO=ffffff; CS=0; PF=22\n\n';

/** A chat of many lines as a text log; among them what people should not be able to do to a page. */
function longChat(): string {
  const say = (text: string, i: number) => {
    const payload = head + text;
    return `C: MSG ${i + 3} N ${Buffer.byteLength(payload.replace(/\n/g, '\r\n'))}\n${payload}\n`;
  };
  let log =
    'C: USR 1 alice@hotmail.com 17.4\nS: USR 1 OK alice@hotmail.com Alice\nC: CAL 2 bob@hotmail.com\nS: CAL 2 RINGING 17\n';
  log += 'S: JOI bob@hotmail.com <img%20src=x%20onerror=alert(1)>%E2%80%AEgpj\n';
  for (let i = 0; i < LINES; i++) log += say(i % 9 === 4 ? `line ${i}\nwith a second one` : `line ${i}`, i);
  log += say('<script>alert(1)</script><b>bold?</b> http://evil.example/ :)', LINES);
  log += say('x'.repeat(20_000) + ' the end of it', LINES + 1);
  return log;
}

beforeAll(async () => {
  await lab.open();
  const file = join(lab.dir, 'long.txt');
  writeFileSync(file, longChat());
  [demo, real, long] = await Promise.all([
    lab.start('demo', '--web', '127.0.0.1:0', '--pace', '60ms'),
    lab.start('open', '--web', '127.0.0.1:0', join(testdata, 'goserver-netmsmgr.pcap')),
    lab.start('open', '--web', '127.0.0.1:0', file),
  ]);
}, 120_000);
afterAll(() => lab.close());

test('a chat of the demo, with the keyboard', async () => {
  const { page, check } = await lab.page(demo.url);
  await page.getByRole('link', { name: 'alice@hotmail.com' }).first().click();
  await page.locator('#events .r').first().waitFor();
  await page.keyboard.press('3');
  await page.waitForURL(/\/s\/\d+\/chat\/\d+/);

  // The first chat: carol writes in Comic Sans, and came when alice called her.
  const chats = page.getByRole('navigation', { name: 'Chats' });
  await chats.getByRole('link').last().click();
  const feed = page.getByRole('feed', { name: 'Conversation' });
  const popcorn = feed.getByText('did somebody say popcorn', { exact: false });
  await popcorn.waitFor();
  expect(await popcorn.evaluate((el) => getComputedStyle(el).fontFamily)).toMatch(/^"Comic Sans MS"/);
  await feed.getByText(/invited Carol/).waitFor();
  await feed.getByRole('img', { name: ':)' }).first().waitFor();
  await accessible(page, 'chat');

  // Search, and what is known of the line that was found.
  await page.keyboard.press('/');
  await page.keyboard.type('democracy');
  await page.keyboard.press('Enter');
  const about = page.getByRole('complementary', { name: 'About this line' });
  await about.getByText('Comic Sans MS').first().waitFor();
  await about.getByText('#ff8000').first().waitFor();
  expect(await about.locator('.person').count()).toBe(3);
  await accessible(page, 'chat with a line chosen');
  await page.waitForURL((u) => u.searchParams.has('at'));
  const found = new URL(page.url()).searchParams.get('at');
  await page.keyboard.press('[');
  await page.waitForURL((u) => u.searchParams.get('at') !== found);
  await page.keyboard.press(']');
  await page.waitForURL((u) => u.searchParams.get('at') === found);
  await page.reload();
  await about.getByText('Comic Sans MS').first().waitFor();

  // Emoticons as they were typed, names as they are.
  await page.getByLabel('Emoticons').uncheck();
  await feed.getByText('democracy is hard, bob ;)').waitFor();
  await page.getByLabel('Raw names').check();
  await feed.getByText('<carol@hotmail.com>').first().waitFor();
  await page.getByLabel('Exact colours on white').check();
  expect(await popcorn.evaluate((el) => getComputedStyle(el).color)).toBe('rgb(255, 128, 0)');
  for (const name of ['Exact colours on white', 'Raw names']) await page.getByLabel(name).uncheck();
  await page.getByLabel('Emoticons').check();

  // Enter leads to the event.
  await feed.locator('article.mine').focus();
  await page.keyboard.press('Enter');
  await page.waitForURL((u) => u.pathname.endsWith(`/e/${found}`));
  await page.locator('#detail h2').first().waitFor();
  check();
});

test('a chat that goes on is followed', async () => {
  const { page, check } = await lab.page(demo.url);
  await page.getByRole('link', { name: 'alice@hotmail.com' }).first().waitFor();
  await page.goto(at(demo, '/s/1/chat'));
  await page.waitForURL(/\/chat\/\d+$/);
  // The newest chat may be over by now; another one begins.
  const live = page.getByRole('navigation', { name: 'Chats' }).getByRole('link', { name: /^live/ });
  await live.first().click();
  const feed = page.locator('#chat');
  await expect.poll(async () => feed.locator('article').count(), { timeout: 10_000 }).toBeGreaterThan(8);
  await expect
    .poll(() => feed.evaluate((el) => el.scrollHeight - el.clientHeight - el.scrollTop))
    .toBeLessThan(4);
  check();
});

test('the file that was transferred', async () => {
  const { page, check } = await lab.page(demo.url);
  await page.getByRole('link', { name: 'alice@hotmail.com' }).first().waitFor();
  await page.goto(at(demo, '/s/1/chat'));
  // The second chat has it; it may be going on still.
  const chats = page.getByRole('navigation', { name: 'Chats' }).getByRole('link');
  await expect.poll(() => chats.count(), { timeout: 20_000 }).toBeGreaterThan(2);
  await chats.nth(-2).click();
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Save cat.txt' }).click(),
  ]);
  expect(file.suggestedFilename()).toBe('cat.txt');
  expect(readFileSync((await file.path())!, 'utf8')).toContain('a very large cat');
  check();
});

test('who left a real chat, and when; the chat as text', async () => {
  const { page, check } = await lab.page(real.url, { timezoneId: 'UTC' });
  await page.locator('#events .r').first().waitFor();
  await page.keyboard.press('3');
  const left = page.locator('#chat article.left').first();
  await left.getByText('Bob left').waitFor();
  expect(await left.locator('time').textContent()).toBe('21:14:58');
  await page.getByText('hello over the Go server').waitFor();
  expect(await page.getByText('hello over the Go server').count()).toBe(1);
  const text = await page.evaluate(async () => {
    const link = document.querySelector<HTMLAnchorElement>('#chat-export a[href*="fmt=chat"]');
    return (await fetch(link!.href)).text();
  });
  expect(text).toContain('three of us');
  expect(text.match(/hello over the Go server/g)).toHaveLength(1);
  check();
});

test('a long chat has few lines in the document, and every one can be reached', async () => {
  const { page, check } = await lab.pageAt(long, '/s/1/chat');
  const feed = page.locator('#chat');
  await feed.getByText(`line ${LINES - 1}`, { exact: true }).waitFor();
  expect(await feed.locator('article').count()).toBeLessThan(200);
  const shown = () =>
    feed.evaluate((el) => {
      const b = el.getBoundingClientRect();
      const a = [...el.querySelectorAll('article')].find((x) => x.getBoundingClientRect().bottom > b.top + 1);
      return Number(a?.dataset.i ?? -1);
    });
  await page.keyboard.press('g');
  await feed.getByText('line 0', { exact: true }).waitFor();
  // Wheel: on and on, each line once, none skipped.
  await feed.hover();
  let last = await shown();
  for (let i = 0; i < 40; i++) {
    await page.mouse.wheel(0, 600);
    await expect.poll(shown).toBeGreaterThan(last);
    const now = await shown();
    expect(now - last).toBeLessThan(40);
    last = now;
  }
  expect(last).toBeGreaterThan(300);
  // The thumb: to the middle.
  await feed.evaluate((el) => (el.scrollTop = el.scrollHeight / 2));
  await expect.poll(shown).toBeGreaterThan(LINES * 0.4);
  expect(await shown()).toBeLessThan(LINES * 0.6);
  await page.keyboard.press('G');
  await feed.getByText(`line ${LINES - 1}`, { exact: true }).waitFor();
  check();
});

test('hostile words are words', async () => {
  const { page, check } = await lab.pageAt(long, '/s/1/chat');
  const feed = page.locator('#chat');
  await feed.getByText('<script>alert(1)</script><b>bold?</b> http://evil.example/').waitFor();
  expect(await feed.locator('script, b, img, a[href*="evil"]').count()).toBe(0);
  await page.getByRole('heading', { name: '<img src=x onerror=alert(1)>⟨U+202E⟩gpj' }).waitFor();
  expect(await feed.getByText('the end of it').count()).toBe(0);
  await feed.getByRole('button', { name: /show all 20 KB/ }).click();
  await feed.getByText('the end of it').waitFor();
  await accessible(page, 'hostile chat');
  check();
});

test('an empty state says what would fill it', async () => {
  const { page } = await lab.pageAt(real, '/s/999/chat');
  await page.getByRole('alert').getByText('there is no session 999').waitFor();
});

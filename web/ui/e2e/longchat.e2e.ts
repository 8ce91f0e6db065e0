// This file looks at a chat so long that the server takes a while to read it:
// its beginning is there at once, with how far it is, and then its end.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { accessible, at, Lab } from './lab';

const LINES = 30_000;
const lab = new Lab();
let file: string;
beforeAll(async () => {
  await lab.open();
  const log = ['C: USR 1 alice@hotmail.com 17.4', 'S: USR 1 OK alice@hotmail.com Alice'];
  for (let i = 0; i < LINES; i++) {
    const payload = `Content-Type: text/plain; charset=UTF-8\n\nline ${i} of ${'many '.repeat(20)}`;
    log.push(`C: MSG ${i + 2} N ${payload.length + 2}`, payload); // its ends are CR LF
  }
  file = join(lab.dir, 'long.txt');
  writeFileSync(file, log.join('\n') + '\n');
});
afterAll(() => lab.close());

test.each([
  ['its beginning, then its end', false],
  ['who reads on is left where he is', true],
])('a chat that is being read: %s', async (_name, scrolls) => {
  // A server that has read nothing yet, and has a millisecond an answer.
  const run = await lab.start('open', '--web', '127.0.0.1:0', file);
  const { page, check } = await lab.page(run.url);
  await page.locator('#events .r .cmd', { hasText: /\S/ }).first().waitFor();
  let answers = 0;
  let hold: Promise<void> | undefined;
  await page.route('**/api/chats**', async (route) => {
    answers++;
    if (answers > 4) await hold;
    await route.continue({ url: route.request().url().replace('within=300', 'within=1') });
  });
  let go = () => {};
  hold = new Promise((resolve) => (go = resolve));
  await page.goto(at(run, '/s/1/chat'));
  const feed = page.locator('#chat');
  const progress = page.getByRole('progressbar', { name: 'Share of the chat read' });
  await feed.getByText(/^line 0 of/).waitFor();
  expect(Number(await progress.getAttribute('value'))).toBeLessThan(1);
  await page.getByText(/\d+ % read; the lines so far are here/).waitFor();
  if (!scrolls) await accessible(page, 'a chat that is being read');
  else {
    await feed.hover();
    await page.mouse.wheel(0, 400);
    await expect.poll(() => feed.evaluate((el) => el.scrollTop)).toBeGreaterThan(100);
  }
  go();
  await progress.waitFor({ state: 'detached' });
  await page.getByText('30,000 messages').waitFor();
  if (scrolls) {
    expect(await feed.evaluate((el) => el.scrollTop)).toBeLessThan(3000);
    await page.keyboard.press('G');
  }
  await feed.getByText(new RegExp(`^line ${LINES - 1} of`)).waitFor();
  check();
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  await run.stop();
});

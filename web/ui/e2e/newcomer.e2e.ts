// This file does what somebody does who has never seen the page and reads no
// documentation: from the list of sessions, by what is on the screen. Every
// click, key and typed word is counted, and no more may be needed.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Locator, Page } from 'playwright-core';
import { photo, startEvening } from './evening';
import { Lab, type Running } from './lab';

const lab = new Lab();
let run: Running;
beforeAll(async () => {
  await lab.open();
  run = await startEvening(lab);
});
afterAll(() => lab.close());

/** Somebody at the page, whose every step counts. */
class Newcomer {
  steps: string[] = [];
  constructor(readonly page: Page) {}
  async click(what: Locator): Promise<void> {
    this.steps.push('click ' + String(what));
    await what.click();
  }
  async press(key: string): Promise<void> {
    this.steps.push('press ' + key);
    await this.page.keyboard.press(key);
  }
  async type(text: string): Promise<void> {
    this.steps.push('type ' + text);
    await this.page.keyboard.type(text);
  }
  link(name: string | RegExp): Locator {
    return this.page.getByRole('link', { name }).first();
  }
  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name }).first();
  }
  /** The row of a session, by its number. */
  session(n: number): Locator {
    return this.page.locator('tr', {
      has: this.page.getByRole('checkbox', { name: `Mark session ${n}`, exact: true }),
    });
  }
}

/** A task, and how many clicks, keys and typed words it may take. */
function task(what: string, most: number, how: (n: Newcomer) => Promise<void>): void {
  test(`${what}: ${most} steps`, async () => {
    const { page, check } = await lab.page(run.url, { timezoneId: 'UTC' });
    await page.getByRole('link', { name: 'dave@hotmail.com' }).waitFor();
    const n = new Newcomer(page);
    await how(n);
    expect(n.steps.length, n.steps.join('; ')).toBeLessThanOrEqual(most);
    check();
  });
}

task('find why a sign-in failed', 0, async (n) => {
  // It stands in the list; one click further is every step of it.
  await n
    .session(2)
    .getByText(/refused: 911, the password or the ticket is wrong/)
    .waitFor();
});

task('find who left a chat, and when', 2, async (n) => {
  await n.click(n.session(1).getByRole('link').first());
  await n.click(n.link(/^Chat/));
  const left = n.page.locator('#chat article.left').first();
  await left.getByText('Carol left').waitFor();
  expect(await left.locator('time').textContent()).toBe('20:18:33');
});

task('read a message sent in Comic Sans', 3, async (n) => {
  await n.click(n.link(/^Search/));
  await n.page.locator('main input:focus').waitFor(); // the box has the focus, as soon as it is there
  await n.type('comic sans');
  await n.press('Enter');
  await n.page.getByText('only if there is popcorn').first().waitFor();
});

task('get the file that was transferred', 2, async (n) => {
  await n.click(n.link(/^Files/));
  const got = n.page.waitForEvent('download');
  await n.click(n.page.locator('tr', { hasText: 'beach.jpg' }).getByRole('link', { name: /^Save/ }));
  const file = await got;
  const hash = (b: Buffer) => createHash('sha256').update(b).digest('hex');
  expect(file.suggestedFilename()).toBe('beach.jpg');
  expect(hash(readFileSync((await file.path())!))).toBe(hash(photo));
});

task('see the contact list at 20:15', 3, async (n) => {
  await n.click(n.session(1).getByRole('link').first());
  await n.click(n.link(/^Contacts/));
  // Changes stand at the side with their times; the last one before 20:15.
  await n.click(
    n.page
      .getByRole('link', { name: '20:14:10' })
      .or(n.page.getByRole('button', { name: '20:14:10' }))
      .first(),
  );
  const bob = n.page.locator('tr, li', { hasText: 'bob@hotmail.com' }).first();
  await bob.getByText('away').first().waitFor();
  await n.page
    .locator('tr, li', { hasText: 'carol@hotmail.com' })
    .first()
    .getByText('offline')
    .first()
    .waitFor();
});

task('export one chat', 4, async (n) => {
  await n.click(n.session(1).getByRole('link').first());
  await n.click(n.link(/^Chat/));
  await n.click(n.button(/^Export/));
  const got = n.page.waitForEvent('download');
  await n.click(
    n.page
      .getByRole('menuitem', { name: /text/i })
      .or(n.page.locator('#chat-export a[href*="fmt=chat"]'))
      .first(),
  );
  const text = readFileSync((await (await got).path())!, 'utf8');
  expect(text).toContain('shall we go to the cinema?');
  expect(text).toContain('only if there is popcorn');
});

task('compare two sign-ins', 3, async (n) => {
  await n.click(n.page.getByRole('checkbox', { name: 'Mark session 1', exact: true }));
  await n.click(n.page.getByRole('checkbox', { name: 'Mark session 3', exact: true }));
  await n.click(n.button('Compare the two marked'));
  const result = n.page.getByRole('region', { name: 'Result' });
  await result.getByText(/3 changed/).waitFor();
  await n.page.getByText('HDN').first().waitFor();
});

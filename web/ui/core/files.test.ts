// This file tests that an offer and the connection that carried its file become one.
import { expect, test } from 'vitest';
import { here, offers, type Invitation, type Transfer } from './files';

const transfer = (t: Partial<Transfer>): Transfer => ({
  connection: 7,
  session: 1,
  name: '',
  file: 'file',
  sender: '',
  receiver: '',
  offered: -1,
  size: -1,
  received: 0,
  state: 'complete',
  words: 'complete: 9 bytes',
  sha256: 'ab',
  started: 50,
  ended: 60,
  events: [],
  ...t,
});
const invitation = (i: Partial<Invitation>): Invitation => ({
  cookie: '1',
  state: 'offered',
  inviter: 'alice',
  invitee: 'bob',
  application: 'File Transfer',
  events: [1, 2],
  begun: '10',
  ...i,
});

test('what belongs together stands together, the newest first', () => {
  const list = offers(
    [transfer({ name: 'a.jpg', size: 9, received: 9, events: [2] }), transfer({ connection: 8 })],
    [
      invitation({ file: 'a.jpg', state: 'ready' }),
      invitation({ cookie: '2', application: 'Voice', events: [3], begun: '20' }),
    ],
    Number,
  );
  expect(list.map((o) => [o.key, o.name, o.application, o.from, o.to, o.size, o.state])).toEqual([
    ['c8', '', '', '', '', -1, 'complete'],
    ['i2-3', '', 'Voice', 'alice', 'bob', -1, 'offered'],
    ['c7', 'a.jpg', '', 'alice', 'bob', 9, 'complete'],
  ]);
  expect(list[2].words).toBe('9 bytes');
  expect(here(list[2].transfer!)).toBe(true);
});

test.each<[Partial<Invitation>, string, boolean]>([
  [{ file: 'a', state: 'offered' }, 'not answered', false],
  [{ file: 'a', state: 'declined', reason: 'declined: not installed' }, 'not installed', false],
  [{ file: 'a', state: 'cancelled', reason: 'a timeout' }, 'a timeout', false],
  [{ file: 'a', state: 'declined', reason: 'declined' }, '', false],
  [
    { file: 'a', state: 'ready', addresses: ['1.2.3.4:6891'], listener: 'alice' },
    'alice waits at 1.2.3.4:6891',
    true,
  ],
])('%j', (i, words, elsewhere) => {
  const [o] = offers([], [invitation(i)], Number);
  expect([o.words, o.elsewhere]).toEqual([words, elsewhere]);
});

// This file tests the words for sign-ins, and how their steps are paired.
import { expect, test } from 'vitest';
import { ahead, brief, linked, stations, type Outcome, type SignIn, type Step } from './signins';

const outcome = (o: Partial<Outcome>): Outcome => ({
  session: 1,
  state: 'stuck',
  words: '',
  event: 0,
  took: 0,
  ...o,
});
const after = (us: number) => `${us} µs`;

test.each<[Partial<Outcome>, string]>([
  [{ state: 'signed in', words: 'signed in', took: 800_000 }, '✓ signed in after 800 µs'],
  [
    {
      state: 'refused',
      words:
        'the server refused the sign-in: error 911, the password or the ticket is wrong (event 4000000012)',
    },
    '✗ refused: 911, the password or the ticket is wrong',
  ],
  [
    {
      words: 'the server did not answer VER (event 1); then the client left (event 2)',
    },
    '✗ stuck: the server did not answer VER',
  ],
  [{ state: 'under way', words: 'account named' }, '… signing in: account named'],
  [{ state: 'unknown', words: 'x' }, '? no sign-in captured'],
])('%j in a list', (o, want) => {
  const b = brief(outcome(o), after);
  expect(`${b.sign} ${b.text}`).toBe(want);
});

test('events in words become links', () => {
  expect(linked('no answer to VER (event 1); then the client left (event 2)')).toEqual([
    'no answer to VER',
    1,
    '; then the client left',
    2,
  ]);
  expect(linked('(event x)')).toEqual(['(event x)']);
});

const step = (event: number, dir: 0 | 1, command: string, name: string): Step => ({
  event,
  dir,
  command,
  name,
  time: event,
});
const signIn = (steps: Step[], more: Partial<SignIn> = {}): SignIn => ({
  connection: 1,
  role: 'NS',
  account: '',
  steps,
  done: false,
  ...more,
});
const head = [
  step(1, 0, 'VER', 'protocol versions offered'),
  step(2, 1, 'VER', 'protocol version agreed'),
  step(3, 0, 'INF', 'ways of signing in asked for'),
  step(4, 1, 'INF', 'ways of signing in told'),
  step(5, 0, 'USR', 'account named'),
];
const shown = (s: SignIn) =>
  stations(s).map((t) => `${t.label} ${t.what} ${t.ask?.event ?? '-'}>${t.answer?.event ?? '-'} ${t.state}`);

test('a refusal closes the question that it answers', () => {
  const s = signIn(
    [
      ...head,
      step(6, 1, 'USR', 'password asked for'),
      step(7, 0, 'USR', 'password proved'),
      step(8, 1, '911', 'refused: 911, wrong'),
    ],
    { stuck: 'x', refused: true },
  );
  expect(shown(s)).toEqual([
    'VER version 1>2 done',
    'INF way of signing in 3>4 done',
    'USR account 5>6 done',
    'USR password: refused: 911, wrong 7>8 failed',
  ]);
  expect(ahead(s)).toEqual(['SYN', 'CHG']);
});

test('sent on, waiting, stuck', () => {
  expect(shown(signIn([...head, step(6, 1, 'XFR', 'sent to 1.2.3.4:1863')], { done: true })).at(-1)).toBe(
    'USR sent to 1.2.3.4:1863 5>6 done',
  );
  expect(shown(signIn(head)).at(-1)).toBe('USR account 5>- waiting');
  expect(shown(signIn(head, { stuck: 'x' })).at(-1)).toBe('USR account 5>- failed');
  expect(shown(signIn([head[0]], { stuck: 'x' }))).toEqual(['VER version 1>- failed']);
  expect(ahead(signIn([]))).toHaveLength(5);
});

test('lists that arrive while a status is asked for', () => {
  const s = signIn([
    step(1, 0, 'SYN', 'lists asked for'),
    step(2, 1, 'SYN', 'lists begun'),
    step(4, 1, 'LST', 'lists complete'),
    step(3, 0, 'CHG', 'status asked for'),
    step(5, 1, 'CHG', 'status in force'),
    step(9, 1, '540', 'challenge failed'),
  ]);
  expect(shown(s)).toEqual([
    'SYN lists 1>2 done',
    'LST lists complete ->4 done',
    'CHG status 3>5 done',
    '540 challenge failed ->9 failed',
  ]);
});

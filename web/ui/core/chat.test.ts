// This file tests emoticons, words and the window of long chats.
import { describe, expect, test } from 'vitest';
import * as chat from './chat';
import { art } from './emoticons';

const line = (l: Partial<chat.Line>): chat.Line => ({
  i: 0,
  kind: 'message',
  event: 1,
  session: 1,
  ts: 0,
  who: 'bob@x',
  name: 'Bob',
  latency_us: 0,
  ...l,
});

describe('emoticons', () => {
  const shown = (s: string) =>
    chat
      .emoticons(s, true)
      .map((b) => (b.name ? `<${b.name}>` : b.text))
      .join('|');
  test.each([
    ['hi :)', 'hi |<smile>'],
    [':-)x:)', '<smile>|x|<smile>'],
    ['(h)(H) (l)', '<hot>|<hot>| |<heart>'],
    [":'( is not :(", '<crying>| is not |<sad>'],
    ['(({)) hugs (})', '(|<hug from the left>|) hugs |<hug from the right>'],
    [':o :P ;)', '<surprised>| |<tongue out>| |<wink>'],
    ['http://x', 'http://x'],
    ['8-)', '8-)'],
    ['<b>', '<b>'],
    ['', ''],
  ])('%s', (s, want) => expect(shown(s)).toBe(want));
  test('can be left as they were typed', () =>
    expect(chat.emoticons('hi :)', false)).toEqual([{ text: 'hi :)' }]));
  test('are all drawn', () => {
    const codes =
      ":) :D :O :P ;) :( :S :| :'( :$ (H) :@ (A) (6) (Y) (N) (L) (U) (K) (G) (F) (W) (X) (Z) ({) (}) (P) (B) (D) (T) (@) (&) (C) (I) (S) (*) (8) (E) (M) :[ (^) (O) (#) (R) (%) (~) (?)";
    const names = chat.emoticons(codes, true).flatMap((b) => b.name ?? []);
    expect(names.length).toBe(47);
    for (const n of names) expect(art[n], n).toBeDefined();
    for (const [, d] of Object.values(art).flat()) expect(d).not.toMatch(/NaN|undefined/);
  });
  test('lose no letter', () => {
    const s = ':) (L) ((( :-( ;) :D';
    expect(
      chat
        .emoticons(s, true)
        .map((b) => b.text)
        .join(''),
    ).toBe(s);
  });
});

describe('words', () => {
  const name = (h: string) => h.split('@')[0];
  test.each([
    [line({ kind: 'invited', whom: 'carol@x', state: 'ringing' }), 'invited carol'],
    [
      line({ kind: 'invited', whom: 'dave@x', state: 'refused', words: 'error 217' }),
      'invited dave: error 217',
    ],
    [line({ kind: 'left', idle: true }), 'left: the server closed an idle connection'],
    [line({ kind: 'data', words: 'keeps the chat open', count: 3 }), 'keeps the chat open (3 times)'],
  ])('%#', (l, want) => expect(chat.happened(l, name)).toBe(want));
  test('reports', () => {
    expect(chat.report(line({ state: 'delivered' }), false)?.mark).toBe('✓');
    expect(chat.report(line({ state: 'waiting' }), false)?.words).toBe('waiting for the report');
    expect(chat.report(line({ state: 'waiting' }), true)?.words).toBe('never acknowledged');
    expect(chat.report(line({ state: 'on failure' }), true)).toBeNull();
  });
  test('who is there', () => {
    const rows = [line({ kind: 'joined', who: 'carol@x' }), line({}), line({ kind: 'left', who: 'bob@x' })];
    expect(chat.presence(['alice@x', 'bob@x'], rows)).toEqual([
      ['alice@x', 'bob@x', 'carol@x'],
      ['alice@x', 'bob@x', 'carol@x'],
      ['alice@x', 'carol@x'],
    ]);
  });
});

describe('the window of a long chat', () => {
  const span = (total: number, around: number) => {
    const s = new chat.Span();
    s.total = total;
    s.around(around);
    return s;
  };
  test('holds all of a short one', () => {
    const s = span(30, 29);
    expect([s.first, s.last, s.above, s.below]).toEqual([0, 30, 0, 0]);
    expect(s.scrolled(0, 500, 900)).toBe('stay');
  });
  test('moves with the reader', () => {
    const s = span(1000, 500);
    expect([s.first, s.last]).toEqual([420, 580]);
    expect(s.scrolled(s.above + 2000, 500, 6000)).toBe('stay');
    expect(s.scrolled(s.above + 100, 500, 6000)).toBe('shift');
    expect([s.first, s.last]).toEqual([380, 540]);
    expect(s.scrolled(s.above + 5300, 500, 6000)).toBe('shift');
    expect([s.first, s.last]).toEqual([420, 580]);
  });
  test('jumps when the thumb is dragged', () => {
    const s = span(1000, 500);
    expect(s.scrolled(26 * 100, 500, 6000)).toBe(100);
  });
  test('is never too high for a browser', () => {
    const s = span(10_000_000, 5_000_000);
    expect(s.above + s.below).toBeLessThan(6_000_001);
    expect(s.at(s.above + s.below)).toBe(9_999_840);
    expect(s.at(1e12)).toBe(9_999_999);
  });
});

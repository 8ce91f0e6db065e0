// This file tests that a command comes back the same from each form in which it
// can be edited, and what the Intercept screen says.
import { describe, expect, test } from 'vitest';
import * as x from './intercept';

const bytes = (s: string) => new TextEncoder().encode(s);
const MSG = 'MSG 12 N 11\r\nA: b\r\n\r\nhöi';

describe('editing', () => {
  test.each([
    ['a message', bytes(MSG)],
    ['line ends of all kinds', bytes('a\nb\rc\r\nd\\n\\x41\t\r\r\n')],
    ['every byte', Uint8Array.from({ length: 256 }, (_, i) => i)],
    ['what cannot be seen', bytes('a\u202eb\ufeffc\u2028d 😀')],
    ['nothing', bytes('')],
    ['blanks', bytes('CHG  7 AWY \r\n')],
    ['no line end', bytes('OUT')],
  ])('%s', (_, b) => {
    expect(x.fromText(x.toText(b))).toEqual(b);
    expect(x.fromHex(x.toHex(b))).toEqual(b);
    expect(x.fromParts(x.toParts(b))).toEqual(b);
  });

  test('as text and as fields', () => {
    expect(x.toText(bytes('a\r\nb\nc\\'))).toBe('a\nb\\nc\\\\');
    expect(x.toParts(bytes(MSG))).toEqual({
      words: ['MSG', '12', 'N', '11'],
      end: '\n',
      payload: 'A: b\n\nhöi',
    });
    expect(x.fromText('a\\q\\x4')).toEqual(bytes('a\\q\\x4'));
  });

  test.each(['4', 'zz', '4 4 4'])('%s is no hex', (s) => expect(x.fromHex(s)).toBeNull());

  test('the length is mended', () => {
    const long = bytes(MSG.replace('höi', 'hello you'));
    expect(x.toText(x.mended(long, true))).toContain('MSG 12 N 17\n');
    expect(x.mended(long, false)).toEqual(long);
    expect(x.mended(bytes('OUT\r\n'), true)).toEqual(bytes('OUT\r\n'));
  });

  test('what is different', () => {
    expect(x.difference('one cat.', 'one dog.')).toEqual({
      before: 'one ',
      old: 'cat',
      now: 'dog',
      after: '.',
    });
    expect(x.difference('aa', 'aaa')).toEqual({ before: 'aa', old: '', now: 'a', after: '' });
    expect(x.difference('a😀', 'a😁')).toEqual({ before: 'a', old: '😀', now: '😁', after: '' });
    expect(x.difference('same', 'same').old).toBe('');
  });
});

const held = (o: Partial<x.HeldCommand> = {}): x.HeldCommand => ({
  id: 7,
  conn: 3,
  role: 'SB',
  account: 'a@b',
  dir: 'c2s',
  cmd: 'MSG',
  trid: 12,
  size: 9,
  summary: '',
  by: 'rule "x"',
  at: 10e6,
  deadline: 40e6,
  drop: false,
  behind: 0,
  client: '',
  server: '',
  ...o,
});

test('time left', () => {
  expect(x.left(held(), 25e6)).toBe(0.5);
  expect(x.left(held(), 99e6)).toBe(0);
  expect(x.left(held({ deadline: 0 }), 25e6)).toBeNull();
  expect([x.clock(7.9e6), x.clock(-3), x.clock(3723e6)]).toEqual(['00:07', '00:00', '1:02:03']);
});

test('who was faster', () => {
  const d = (by: string): x.Done[] => [
    { id: 7, what: 'forwarded', by, at: 0, conn: 3, dir: 'c2s', cmd: 'MSG' },
  ];
  expect(x.fate(d('window b'), 7, 'window a')).toBe('Already forwarded by another window.');
  expect(x.fate(d('window a'), 7, 'window a')).toBe('Already forwarded by this window.');
  expect(x.fate(d('nobody else'), 7, 'window a')).toBe('Already forwarded by its deadline.');
  expect(x.fate([], 7, 'window a')).toBe('It is held no more.');
});

describe('composing', () => {
  const spec = (o: Partial<x.CommandSpec>): x.CommandSpec => ({
    name: 'MSG',
    dir: 's2c',
    roles: ['SB'],
    since: 2,
    trid: false,
    payload: true,
    title: '',
    explain: '',
    category: 'chat',
    example: 'MSG al@example.org Al 10',
    params: [
      { name: 'handle', meaning: '' },
      { name: 'name', meaning: '' },
      { name: 'length', meaning: '', length: true },
    ],
    ...o,
  });
  test('a message', () => {
    expect(x.example(spec({}))).toEqual(['al@example.org', 'Al', '']);
    expect(x.toText(x.compose(spec({}), '', ['a@b', 'A', ''], 'x\nö'))).toBe('MSG a@b A 5\nx\nö');
  });
  test('a request', () => {
    const chg = spec({
      name: 'CHG',
      dir: 'c2s',
      trid: true,
      payload: false,
      params: [
        { name: 'status', meaning: '' },
        { name: 'caps', meaning: '', optional: true },
      ],
    });
    expect(x.toText(x.compose(chg, '9', ['AWY', ''], 'not sent'))).toBe('CHG 9 AWY\n');
  });
  test('what can be sent', () => {
    const all = [
      spec({}),
      spec({ name: 'NLN', roles: ['NS'] }),
      spec({ name: 'UBX', since: 11 }),
      spec({ name: 'BYE' }),
      spec({ dir: 'c2s' }),
    ];
    const conn = { id: 1, role: 'SB', account: '', dialect: 'MSNP7', client: '', server: '', opened: 0 };
    expect(x.shapes(all, 's2c', conn).map((s) => s.name)).toEqual(['BYE', 'MSG']);
    expect(x.shapes(all, 's2c', { ...conn, role: '' }).map((s) => s.name)).toEqual(['BYE', 'MSG', 'NLN']);
  });
});

// This file tests the lexer against the cases that the Go parser also runs,
// and what the page does with filters.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import * as f from './filter';

const shared = new URL('../../../captures/filter/testdata/filter_cases.json', import.meta.url);
const kinds: Record<f.TokenType, string> = {
  field: 'field',
  op: 'op',
  value: 'word',
  word: 'word',
  string: 'string',
  regex: 'regex',
  paren: 'punct',
  not: 'keyword',
  blank: '',
};

describe.skipIf(!existsSync(shared))('cases shared with the Go parser', () => {
  interface Case {
    q: string;
    canon?: string;
    tokens?: [number, number, string][];
  }
  const cases = existsSync(shared) ? (JSON.parse(readFileSync(shared, 'utf8')) as Case[]) : [];
  test.each(cases)('$q', ({ q, canon, tokens = [] }) => {
    const got = f
      .lex(q)
      .filter((t) => t.type !== 'blank')
      .map((t) => [t.start, t.end, kinds[t.type]]);
    const want = tokens.map(([s, e, k]) => [f.byteIndex(q, s), f.byteIndex(q, e), k]);
    // The Go side stops at the first mistake; what came before must agree.
    expect(canon === undefined ? got.slice(0, want.length) : got).toEqual(want);
  });
  test('tokens cover all of the text', () => {
    for (const { q } of cases)
      expect(
        f
          .lex(q)
          .map((t) => t.text)
          .join(''),
      ).toBe(q);
  });
});

describe('completionAt', () => {
  const at = (s: string) => {
    const caret = s.indexOf('|');
    const p = f.completionAt(s.replace('|', ''), caret);
    return p && [p.field, p.prefix, p.start, p.end];
  };
  test.each([
    ['|', ['', '', 0, 0]],
    ['cm|', ['', 'cm', 0, 2]],
    ['c|md:MSG', ['', 'c', 0, 3]],
    ['cmd:|', ['cmd', '', 4, 4]],
    ['cmd:M|', ['cmd', 'M', 4, 5]],
    ['cmd:(PNG, Q|)', ['cmd', 'Q', 10, 11]],
    ['cmd:(PNG, |)', ['cmd', '', 10, 10]],
    ['-cmd:M|', ['cmd', 'M', 5, 6]],
    ['cmd:MSG fr|', ['', 'fr', 8, 10]],
    ['cmd:MSG |', ['', '', 8, 8]],
    ['text:"he|llo"', null],
    ['text~/a|/', null],
    ['(cmd:M|', ['cmd', 'M', 5, 6]],
  ])('%s', (q, want) => expect(at(q)).toEqual(want));
});

describe('terms', () => {
  it('splits at the top only', () => {
    expect(f.terms('cmd:MSG -cmd:(PNG, QNG) text:"a b" and (a or b) not x')).toEqual([
      'cmd:MSG',
      '-cmd:(PNG, QNG)',
      'text:"a b"',
      '(a or b)',
      'not x',
    ]);
    expect(f.terms('a or b')).toBeNull();
    expect(f.terms('')).toEqual([]);
  });
  it('adds a term once, and takes its opposite out', () => {
    expect(f.addTerm('', 'cmd:MSG')).toBe('cmd:MSG');
    expect(f.addTerm('cmd:MSG', 'cmd:MSG')).toBe('cmd:MSG');
    expect(f.addTerm('a cmd:MSG', '-cmd:MSG')).toBe('a -cmd:MSG');
    expect(f.addTerm('-cmd:MSG', 'cmd:MSG')).toBe('cmd:MSG');
    expect(f.addTerm('a or b', 'c')).toBe('(a or b) c');
  });
  it('toggles', () => {
    expect(f.toggleTerm('a', '-cmd:(PNG, QNG)')).toBe('a -cmd:(PNG, QNG)');
    expect(f.toggleTerm('a -cmd:(PNG, QNG)', '-cmd:(PNG, QNG)')).toBe('a');
  });
  it('removes the last', () => {
    expect(f.removeLast('a b c')).toBe('a b');
    expect(f.removeLast('a or b')).toBe('a');
    expect(f.removeLast('a or (b or c)')).toBe('a');
    expect(f.removeLast('a')).toBe('');
  });
});

test.each([
  ['bob@hotmail.com', 'bob@hotmail.com'],
  ['a b', '"a b"'],
  ['say "hi"', '"say \\"hi\\""'],
  ['or', '"or"'],
  ['-5', '"-5"'],
  ['1..2', '"1..2"'],
  ['', '""'],
  ['/x/', '"/x/"'],
  ['a\nb', '"a\\nb"'],
])('quote %s', (v, want) => expect(f.quote(v)).toBe(want));

test('byteIndex counts UTF-8 bytes', () => {
  expect(f.byteIndex('aé€😀b', 0)).toBe(0);
  expect(f.byteIndex('aé€😀b', 3)).toBe(2);
  expect(f.byteIndex('aé€😀b', 6)).toBe(3);
  expect(f.byteIndex('aé€😀b', 10)).toBe(5);
  expect(f.byteIndex('ab', 9)).toBe(2);
});

// This file tests which words are marked.
import { expect, test } from 'vitest';
import { around, parts, words } from './highlight';

test.each([
  ['hello World', ['hello', 'world']],
  ['"two words"', ['two words']],
  ['text:"see you" cmd:MSG', ['see you', 'msg']],
  ['from:bob* -text:no not never', ['bob']],
  ['status>=200 conn:31 time:20:14', []],
  ['a or b', ['a', 'b']],
  ['"say \\"hi\\""', ['say "hi"']],
  ['', []],
])('%s', (q, want) => expect(words(q)).toEqual(want));

test('parts', () => {
  expect(parts('Hello hello!', ['hello'])).toEqual([
    { text: 'Hello', hit: true },
    { text: ' ', hit: false },
    { text: 'hello', hit: true },
    { text: '!', hit: false },
  ]);
  expect(parts('nothing', ['x'])).toEqual([{ text: 'nothing', hit: false }]);
  expect(parts('', ['x'])).toEqual([]);
  expect(parts('İx', ['x'])).toEqual([{ text: 'İx', hit: false }]);
});

test('a hit far back is brought into sight', () => {
  const list = parts('a'.repeat(500) + 'X', ['x']);
  expect(around(list)[0].text).toBe('…' + 'a'.repeat(60));
  expect(around(parts('aX', ['x']))[0].text).toBe('a');
});

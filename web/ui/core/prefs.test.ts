// This file tests that settings survive bad and missing storage.
import { expect, test } from 'vitest';
import { defaults, load, remember, save } from './prefs';

const holding = (text: string | null) => ({ getItem: () => text });

test('defaults without storage, and with nonsense in it', () => {
  expect(load(null)).toEqual(defaults);
  expect(load(holding('{'))).toEqual(defaults);
  expect(load(holding('{"theme":7,"filters":{"0":"x"},"split":40,"unknown":1}'))).toEqual({
    ...defaults,
    split: 40,
  });
});
test('saved and loaded', () => {
  let text = '';
  save({ setItem: (_, v) => void (text = v) }, { ...defaults, theme: 'dark', filters: ['cmd:MSG'] });
  expect(load(holding(text))).toEqual({ ...defaults, theme: 'dark', filters: ['cmd:MSG'] });
  expect(() =>
    save(
      {
        setItem: () => {
          throw new Error('full');
        },
      },
      defaults,
    ),
  ).not.toThrow();
});
test('the history is newest first, without doubles', () => {
  expect(remember(['a', 'b'], ' b ')).toEqual(['b', 'a']);
  expect(remember(['a'], '  ')).toEqual(['a']);
  expect(
    remember(
      Array.from({ length: 50 }, (_, i) => `f${i}`),
      'x',
    ).length,
  ).toBe(50);
});

// This file tests how marks are told and changed.
import { afterEach, expect, test, vi } from 'vitest';
import { captureOf, colour, putMark, Refused, words } from './marks';

afterEach(() => vi.unstubAllGlobals());

function answer(status: number, body: unknown) {
  const asked: [string, RequestInit][] = [];
  vi.stubGlobal('fetch', (path: string, init: RequestInit) => {
    asked.push([path, init]);
    return Promise.resolve(new Response(JSON.stringify(body), { status }));
  });
  return asked;
}

test('a mark is put, and a conflict says what the note is now', async () => {
  const asked = answer(200, { id: 5, mark: 'red', note: '' });
  expect(await putMark(5, { mark: 'red' })).toEqual({ id: 5, mark: 'red', note: '' });
  expect(asked[0][0]).toBe('/api/event/5/mark');
  expect(asked[0][1]).toMatchObject({ method: 'PUT', body: '{"mark":"red"}' });
  answer(409, { error: 'the note was changed meanwhile', note: 'theirs' });
  const e = await putMark(5, { note: 'mine', was: '' }).catch((e) => e);
  expect(e).toBeInstanceOf(Refused);
  expect(e).toMatchObject({ status: 409, note: 'theirs', message: 'the note was changed meanwhile' });
});

test('words and colours', () => {
  expect(words('star', '')).toBe('marked');
  expect(words('red', 'why?')).toBe('marked red; note: why?');
  expect(words(undefined, undefined)).toBe('');
  expect(colour('red')).toBe('m-red');
  expect(colour('todo')).toBe('m-star');
  expect(captureOf(3_000_012)).toBe(3);
});

// This file tests that addresses mean what they say, and come back the same.
import { expect, test } from 'vitest';
import { format, home, parse, scope } from './router';

test.each([
  ['/', ''],
  ['/all', ''],
  ['/s/12', ''],
  ['/s/12', '?q=cmd:MSG+text:%22hello%22'],
  ['/s/12/e/50412', ''],
  ['/s/12/e/50412', '?b=34-39'],
  ['/all/e/7', '?q=a%26b&b=0-2&t=utc'],
  ['/s/12', '?follow=1&t=session'],
  ['/s/12/contacts', ''],
  ['/s/12/contacts', '?at=50412&t=utc'],
  ['/s/12/ladder', '?at=50412&q=cmd:MSG&scale=1'],
  ['/all/ladder', ''],
  ['/s/12', '?cols=num,cmd:60,text&pane=ladder'],
])('%s%s comes back', (path, search) => expect(format(parse(path, search))).toBe(path + search));

test('what an address means', () => {
  const r = parse('/s/12/e/50412', '?q=cmd:MSG&b=34-39&t=utc');
  expect(r).toEqual({
    ...home,
    screen: 'events',
    session: 12,
    event: 50412,
    q: 'cmd:MSG',
    bytes: { start: 34, end: 40 },
    time: 'utc',
  });
  expect(scope(r)).toBe('s/12');
  expect(scope(parse('/all'))).toBe('all');
  expect(parse('/s/12', '?at=7').event).toBe(7);
});

test('the sections of the help', () => {
  const r = parse('/help', '', '#payload-length');
  expect(r).toMatchObject({ screen: 'help', section: 'payload-length' });
  expect(format(r)).toBe('/help#payload-length');
  expect(parse('/help', '', '#%E0%A4%A').section).toBe('');
});

test('columns in an address can do no harm', () => {
  expect(format(parse('/s/1', '?cols=num"><b>,cmd'))).toBe('/s/1?cols=numb,cmd');
});

test.each(['/nowhere', '/s', '/s/0', '/s/x', '/all/contacts', '/s/12/e', '/s/12/e/-1'])(
  '%s is no page',
  (path) => expect(parse(path).screen).toBe('unknown'),
);

test('nonsense in the query is left out', () => {
  expect(parse('/all', '?b=9-3&t=mars&follow=yes')).toEqual({ ...home, screen: 'events' });
});

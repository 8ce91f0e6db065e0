// This file tests that addresses mean what they say, and come back the same.
import { expect, test } from 'vitest';
import { nothing } from './compareroute';
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
  ['/s/12/stats', ''],
  ['/all/stats', '?q=cmd:MSG&t=utc'],
  ['/import', ''],
  ['/search', '?q=text:hello'],
  ['/s/12/contacts', ''],
  ['/intercept', ''],
  ['/intercept/h/77', ''],
  ['/intercept/rules', ''],
  ['/s/12/contacts', '?at=50412&t=utc'],
  ['/s/12/ladder', '?at=50412&q=cmd:MSG&scale=1'],
  ['/all/ladder', ''],
  ['/s/12', '?cols=num,cmd:60,text&pane=ladder'],
  ['/compare', ''],
  ['/compare', '?a=12'],
  ['/compare', '?a=12&b=15&align=cmd&with=trid,time&without=name&only=1&q=-cmd:PNG&row=17'],
  ['/compare', '?a=c31&b=c40'],
  ['/compare', '?a=12&b=15&q=cmd:MSG&qa=id%3C%3D52&qb=-role:(FT%2C+GW)'],
  ['/replay/12', ''],
  ['/replay/12', '?as=server&listen=%5B::1%5D:1863&q=id%3C%3D52'],
  ['/replay/12', '?to=messenger.example.org:1863&wait=2000&speed=10'],
  ['/s/12/chat', ''],
  ['/s/12/chat/3', '?at=50412'],
  ['/s/12/contacts', '?at=50412&mark=50100&who=bob%40hotmail.com'],
  ['/s/12/files', ''],
  ['/all/files', '?t=utc'],
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

test('a range of statistics is a term of the filter', () => {
  const r = parse('/s/12/stats', '?from=1004991247000000&to=1004991248000000');
  expect(r.screen).toBe('stats');
  expect(r.q).toBe('time:2001-11-05T20:14:07.000000Z..2001-11-05T20:14:08.000000Z');
  expect(parse('/s/12/stats', '?from=9&to=3').q).toBe('');
});

test.each([
  '/nowhere',
  '/intercept/h/x',
  '/intercept/nothing',
  '/s',
  '/s/0',
  '/s/x',
  '/all/contacts',
  '/s/12/e',
  '/s/12/e/-1',
  '/s/12/chat/x',
])('%s is no page', (path) => expect(parse(path).screen).toBe('unknown'));

test('a comparison of nonsense is one of nothing yet', () => {
  expect(parse('/compare', '?a=x&b=-1&align=mars&with=<b>&row=x').compare).toEqual({
    ...nothing,
    with: 'b',
  });
  expect(parse('/compare/12', '').screen).toBe('unknown');
});

test('nonsense in the query is left out', () => {
  expect(parse('/all', '?b=9-3&t=mars&follow=yes')).toEqual({ ...home, screen: 'events' });
});

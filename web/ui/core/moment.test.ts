// This file tests the times that people type.
import { expect, test } from 'vitest';
import { parseMoment } from './moment';
import { dateTime, parseTime, time } from './format';

const near = parseTime('2001-11-05T20:14:07Z');
const around = { near, end: near + 600e6, zone: 'utc' as const };
const told = (s: string) => {
  const us = parseMoment(s, around);
  return us === null ? null : dateTime(us, 'utc');
};

test.each([
  ['20:14:07', '2001-11-05 20:14:07'],
  ['7:05', '2001-11-05 07:05:00'],
  ['2001-11-06', '2001-11-06 00:00:00'],
  ['2001-11-06 01:02', '2001-11-06 01:02:00'],
  ['2001-11-06T01:02:03', '2001-11-06 01:02:03'],
  ['-5m', '2001-11-05 20:19:07'],
  ['-1.5h', '2001-11-05 18:54:07'],
])('%s', (s, want) => expect(told(s)).toBe(want));

test('fractions', () => expect(time(parseMoment('20:14:07.25', around)!, 'utc', 3)).toBe('20:14:07.250'));
test.each(['', '25:00', '12:60', 'yesterday', '-5', '5m'])('%s is no time', (s) =>
  expect(told(s)).toBeNull(),
);

// This file tests how numbers, times and ids are told.
import { describe, expect, test } from 'vitest';
import * as f from './format';

test.each([
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [1_000_250, '1,000,250'],
])('num %i', (n, s) => expect(f.num(n)).toBe(s));

test('count', () => {
  expect(f.count(1, 'event')).toBe('1 event');
  expect(f.count(1204, 'event')).toBe('1,204 events');
  expect(f.count(2, 'reply', 'replies')).toBe('2 replies');
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1400, '1.4 KB'],
  [3_210_000, '3.2 MB'],
  [45_000_000_000, '45 GB'],
])('size %i', (n, s) => expect(f.size(n)).toBe(s));

test.each([
  [850, '850 µs'],
  [3900, '3.9 ms'],
  [37_400, '37 ms'],
  [1_200_000, '1.2 s'],
  [42_000_000, '42 s'],
  [242_000_000, '4m 02s'],
  [7_260_000_000, '2h 01m'],
  [180_000_000_000, '2d 02h'],
])('span %i', (n, s) => expect(f.span(n)).toBe(s));

const t = f.parseTime('2001-11-05T20:14:07.021337Z');

test('parseTime keeps microseconds, whatever the digits', () => {
  expect(t).toBe(1_004_991_247_021_337);
  expect(f.parseTime('2001-11-05T20:14:07Z')).toBe(1_004_991_247_000_000);
  expect(f.parseTime('2001-11-05T20:14:07.021337999Z')).toBe(t);
  expect(f.parseTime('2001-11-05T22:14:07.021337+02:00')).toBe(t);
  expect(f.parseTime('soon')).toBe(0);
});

test('times', () => {
  expect(f.time(t, 'utc')).toBe('20:14:07.021');
  expect(f.time(t, 'utc', 6)).toBe('20:14:07.021337');
  expect(f.time(t, 'utc', 0)).toBe('20:14:07');
  expect(f.dateTime(t, 'utc')).toBe('2001-11-05 20:14:07');
  expect(f.dateTime(t, 'utc', 3)).toBe('2001-11-05 20:14:07.021');
  expect(f.zoneName(t, 'utc')).toBe('UTC');
  expect(f.zoneNames([], 'utc', t)).toBe('UTC');
  expect(f.relative(t + 61_500_000, t)).toBe('+00:01:01.50');
  expect(f.relative(t - 250_000, t)).toBe('−00:00:00.25');
  expect(f.clock(183_845_000_000)).toBe('2d 03:04:05');
  expect(f.ago(t, t + 3_000_000)).toBe('3 s ago');
});

test('the zone is that of the moments, not that of now', () => {
  const before = process.env.TZ;
  process.env.TZ = 'Europe/Berlin';
  const [winter, summer] = [f.parseTime('2001-11-05T20:14:07Z'), f.parseTime('2002-07-05T20:14:07Z')];
  try {
    expect(f.zoneNames([summer], 'local', winter)).toBe('UTC+2');
    expect(f.zoneNames([0, winter, winter], 'local', summer)).toBe('UTC+1');
    expect(f.zoneNames([summer, winter], 'local', winter)).toBe('UTC+1 / UTC+2');
    expect(f.zoneNames([0], 'local', summer)).toBe('UTC+2');
  } finally {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  }
});

describe('ids', () => {
  test.each([
    [50_412, '50412'],
    [1_000_050_412, '1·50412'],
    [2_000_000_007, '2·7'],
    [17, '17'],
  ])('event %i', (id, s) => expect(f.eventId(id)).toBe(s));
  test('sessions', () => {
    expect(f.sessionId(12)).toBe('12');
    expect(f.sessionId(3_000_001)).toBe('3·1');
  });
  test.each([
    ['50412', 1_000_000_001, 1_000_050_412],
    ['#50,412', 2_000_000_001, 2_000_050_412],
    ['2·7', 1_000_000_001, 2_000_000_007],
    ['1000050412', 0, 1_000_050_412],
  ])('back from %s', (s, near, id) => expect(f.parseEventId(s, near)).toBe(id));
  test('no id', () => expect(f.parseEventId('20:14', 1)).toBeNull());
});

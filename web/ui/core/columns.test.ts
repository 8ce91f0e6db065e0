// This file tests the columns of the table.
import { expect, test } from 'vitest';
import { COLUMNS, fitting, formatColumns, moved, parseColumns, resized, toggled, tracks } from './columns';

const ids = (l: { id: string }[]) => l.map((c) => c.id).join(',');

test('the usual columns are told by nothing', () => {
  expect(ids(parseColumns(''))).toBe(ids(COLUMNS));
  expect(formatColumns(parseColumns(''))).toBe('');
});
test('order and widths, there and back', () => {
  const l = parseColumns('cmd,num:80,text');
  expect(ids(l)).toBe('cmd,num,text');
  expect(l[1]).toMatchObject({ width: 80, custom: true });
  expect(formatColumns(l)).toBe('cmd,num:80,text');
});
test('what an address says wrongly is passed over', () => {
  expect(ids(parseColumns('cmd,evil,cmd,num:-4,time:1e9'))).toBe('cmd,num,time');
  expect(parseColumns('cmd,num:-4')[1].custom).toBe(false);
  expect(parseColumns('time:99999')[0].width).toBe(900);
  expect(ids(parseColumns('<script>'))).toBe(ids(COLUMNS));
});
test('resized, moved, hidden and back', () => {
  let l = parseColumns('');
  l = resized(l, 'cmd', 3);
  expect(l.find((c) => c.id === 'cmd')?.width).toBe(18);
  expect(ids(moved(parseColumns('num,time,cmd'), 'cmd', 0))).toBe('cmd,num,time');
  expect(ids(moved(parseColumns('num,time,cmd'), 'num', 9))).toBe('time,cmd,num');
  l = toggled(parseColumns('num,cmd,text'), 'time');
  expect(ids(l)).toBe('num,time,cmd,text');
  expect(ids(toggled(l, 'num'))).toBe('time,cmd,text');
  expect(ids(toggled(parseColumns('num'), 'num'))).toBe('num');
});
test('little room gives up columns, in an order', () => {
  const l = parseColumns('');
  expect(ids(fitting(l, 1200, ['sess']))).not.toContain('sess');
  expect(ids(fitting(l, 800, []))).not.toContain('size');
  expect(ids(fitting(l, 600, []))).toBe('icon,num,time,dir,cmd,trid,text,lat');
  expect(ids(fitting(l, 400, []))).toBe('icon,time,dir,cmd,text');
  expect(ids(fitting(parseColumns('size'), 300, []))).toBe('size');
});
test('tracks: one column takes the room that is left', () => {
  expect(tracks(parseColumns('num,text'), false)).toBe('59px minmax(90px, 1fr)');
  expect(tracks(parseColumns('num,text'), false, 2)).toBe('30px minmax(90px, 1fr)');
  expect(tracks(parseColumns('num,cmd'), false, 12)).toBe('64px minmax(90px, 1fr)');
  expect(tracks(parseColumns('num:70,text'), false)).toBe('minmax(18px, 70px) minmax(90px, 1fr)');
});

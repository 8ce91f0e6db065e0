// This file tests what is known of imports.
import { expect, test } from 'vitest';
import { begunUpload, reasons, rememberUpload, Speed, type ImportReport } from './imports';

function storage(): Storage {
  const m = new Map<string, string>();
  return {
    getItem: (k: string) => m.get(k) ?? null,
    setItem: (k: string, v: string) => void m.set(k, v),
  } as unknown as Storage;
}
const file = (name: string, size = 5, lastModified = 1) => ({ name, size, lastModified }) as File;

test('an upload is gone on with only for the same file', () => {
  const s = storage();
  rememberUpload(s, file('a.pcap'), 'X');
  const there = [{ id: 'X', size: 5 }];
  expect(begunUpload(s, file('a.pcap'), there)).toBe('X');
  expect(begunUpload(s, file('a.pcap', 6), there)).toBeUndefined();
  expect(begunUpload(s, file('a.pcap', 5, 2), there)).toBeUndefined();
  expect(begunUpload(s, file('a.pcap'), [])).toBeUndefined();
  rememberUpload(s, file('a.pcap'), '');
  expect(begunUpload(s, file('a.pcap'), there)).toBeUndefined();
  expect(begunUpload(null, file('a.pcap'), there)).toBeUndefined();
  s.setItem('msnscope-uploads', 'nonsense');
  expect(begunUpload(s, file('a.pcap'), there)).toBeUndefined();
  for (let i = 0; i < 50; i++) rememberUpload(s, file(`f${i}`), `id${i}`);
  expect(Object.keys(JSON.parse(s.getItem('msnscope-uploads')!) as object).length).toBe(20);
});

test('speed and time to go', () => {
  const v = new Speed();
  expect(v.rate()).toBe(0);
  expect(v.left(10)).toBeNull();
  v.add(0, 0);
  v.add(1000, 1000);
  v.add(3000, 2000);
  expect(v.rate()).toBe(1500);
  expect(v.left(6000)).toBe(2e6);
  v.add(3000, 20_000);
  expect(v.rate()).toBeLessThan(200);
});

test('reasons, the most frequent first', () => {
  const ignored = ['a', 'b', 'b'].map((why) => ({ why, connection: {} }));
  expect(reasons({ ignored } as unknown as ImportReport).map((r) => [r.why, r.connections.length])).toEqual([
    ['b', 2],
    ['a', 1],
  ]);
});

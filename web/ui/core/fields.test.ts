// This file tests the list of an event's fields.
import { expect, test } from 'vitest';
import type { EventObject } from './protocol';
import { cutsOf, fieldAt, fieldsOf, maskedOf } from './fields';

const event = {
  cmd: 'USR',
  trid: 7,
  params: [
    { name: 'handle', value: 'bob@x.org', raw: 'bob@x.org', type: 'handle', start: 6, end: 15 },
    { name: 'friendly_name', value: 'Bob B', raw: 'Bob%20B', type: 'nick', start: 16, end: 23 },
    { name: 'digest', value: '***', raw: '***', type: 'secret', secret: true, start: 24, end: 56 },
    { name: 'word', value: 'a"b', raw: 'a"b', type: 'word', start: 57, end: 60 },
  ],
  payload: {
    type: 'text/plain',
    headers: [{ name: 'Content-Type', value: 'text/plain', start: 70, end: 80 }],
    meaning: [{ name: 'font', value: 'Comic Sans MS', raw: 'Comic%20Sans%20MS', start: 72, end: 75 }],
    body: 90,
  },
} as unknown as EventObject;
const bytes = new TextEncoder().encode('USR 07 bob@x.org');
const fields = fieldsOf(event, bytes);

test('what each can be filtered by', () => {
  expect(fields.map((f) => [f.label, f.term])).toEqual([
    ['Command', 'cmd:USR'],
    ['TrID', 'trid:7'],
    ['Handle', 'acc:bob@x.org'],
    ['Friendly name', 'nick:"Bob B"'],
    ['Digest', '"***"'],
    ['Word', '"a\\"b"'],
    ['Content-Type', 'header.content-type:text/plain'],
    ['Font', 'font:"Comic Sans MS"'],
  ]);
});
test('raw only where it differs', () => {
  expect(fields[3].raw).toBe('Bob%20B');
  expect(fields[1]).toMatchObject({ value: '7', raw: '07', start: 4, end: 6 });
  expect(fields[2].raw).toBe('');
});
test('the innermost field of a byte', () => {
  expect(fieldAt(fields, 73)?.label).toBe('Font');
  expect(fieldAt(fields, 76)?.label).toBe('Content-Type');
  expect(fieldAt(fields, 3)).toBeNull();
});
test('masks and cuts', () => {
  expect(maskedOf(fields, false).map((f) => [f.start, f.end])).toEqual([[24, 56]]);
  expect(maskedOf(fields, true)).toEqual([]);
  expect(cutsOf(fields.slice(0, 1), [{ start: 2, end: 9 }, null])).toEqual([0, 2, 3, 9]);
});

// This file tests the orders and the states of sessions.
import { expect, test } from 'vitest';
import type { Session } from './protocol';
import { ariaSort, nextSort, order, standing } from './sessions';

const make = (id: number, more: Partial<Session> = {}) =>
  ({
    id,
    account: '',
    name: '',
    started: id,
    ended: id + 5,
    live: false,
    events: 0,
    errors: 0,
    chats: 0,
    bytes: 0,
    client: '',
    server: '',
    ...more,
  }) as Session;

test('orders that there are', () => {
  expect(order('bytes')).toBe('bytes');
  expect(order('-bytes')).toBe('-bytes');
  expect(order('nonsense')).toBe('');
  expect(order('--bytes')).toBe('');
});

test('a head is clicked up, down and off', () => {
  expect(nextSort('', 'bytes')).toBe('bytes');
  expect(nextSort('bytes', 'bytes')).toBe('-bytes');
  expect(nextSort('-bytes', 'bytes')).toBe('');
  expect(nextSort('bytes', 'id')).toBe('id');
  expect(ariaSort('-bytes', 'bytes')).toBe('descending');
  expect(ariaSort('-bytes', 'id')).toBeUndefined();
});

test('states', () => {
  expect(standing(make(1, { live: true, errors: 1 }))[1]).toBe('live');
  expect(standing(make(1, { errors: 1 }))[1]).toBe('failed');
  expect(standing(make(1, { errors: 1, name: 'Alice' }))[1]).toBe('closed');
  expect(standing(make(1, { imported: true }))[1]).toBe('imported');
});

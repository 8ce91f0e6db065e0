// This file tests which key means which action.
import { expect, test } from 'vitest';
import { actionFor, nameOf, score, type Action, type Press } from './keys';

const press = (key: string, more: Partial<Press> = {}): Press => ({
  key,
  ctrlKey: false,
  altKey: false,
  metaKey: false,
  shiftKey: false,
  ...more,
});

test.each([
  [press('g'), 'g'],
  [press('G', { shiftKey: true }), 'G'],
  [press('?', { shiftKey: true }), '?'],
  [press('k', { ctrlKey: true }), 'Ctrl+K'],
  [press('F', { ctrlKey: true, shiftKey: true }), 'Ctrl+Shift+F'],
  [press('F6', { shiftKey: true }), 'Shift+F6'],
  [press('1', { altKey: true }), 'Alt+1'],
  [press(' '), 'Space'],
])('%o', (p, name) => expect(nameOf(p)).toBe(name));

const ran: string[] = [];
const actions: Action[] = [
  { id: 'follow', label: 'Follow', keys: ['f'], run: () => ran.push('f') },
  { id: 'palette', label: 'Commands', keys: ['Ctrl+K'], run: () => ran.push('k') },
  { id: 'copy', label: 'Copy', keys: ['Y'], when: () => false, run: () => ran.push('y') },
];
const input = { tagName: 'INPUT', type: 'text' } as unknown as EventTarget;
const box = { tagName: 'INPUT', type: 'checkbox' } as unknown as EventTarget;

test('single letters only outside inputs, and only if wanted', () => {
  expect(actionFor(actions, press('f'), null, true)?.id).toBe('follow');
  expect(actionFor(actions, press('f'), box, true)?.id).toBe('follow');
  expect(actionFor(actions, press('f'), input, true)).toBeNull();
  expect(actionFor(actions, press('f'), null, false)).toBeNull();
  expect(actionFor(actions, press('f', { ctrlKey: true }), null, true)).toBeNull();
});
test('keys with modifiers everywhere', () => {
  expect(actionFor(actions, press('k', { ctrlKey: true }), input, false)?.id).toBe('palette');
  expect(actionFor(actions, press('k', { metaKey: true }), input, true)?.id).toBe('palette');
});
test('an action that cannot be done now has no key', () => {
  expect(actionFor(actions, press('Y', { shiftKey: true }), null, true)).toBeNull();
});

test('score', () => {
  expect(score('xyz', 'Next error')).toBe(0);
  expect(score('ne', 'Next error')).toBeGreaterThan(score('ne', 'Hide or show keep-alives now, else'));
  expect(score('', 'anything')).toBeGreaterThan(0);
  expect(score('n e', 'Next error')).toBeGreaterThan(0);
});

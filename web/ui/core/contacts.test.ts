// This file tests how contact lists are ordered and put into words.
import { expect, test } from 'vitest';
import { inWords, presence, property, shelves, type Contact, type Roster } from './contacts';

const none = { value: '', event: 0 };
const said = (value: string) => ({ value, event: 1 });
function contact(handle: string, lists: string[], groups: string[] = []): Contact {
  return {
    handle,
    name: none,
    status: none,
    on: Object.fromEntries(lists.map((l) => [l, said('on')])),
    groups: groups.map(said),
    phones: null,
  };
}

test('contacts stand under their groups, once in each', () => {
  const r = {
    groups: [
      { id: '0', name: said('Friends') },
      { id: '1', name: said('Work') },
    ],
    contacts: [
      contact('a@x', ['FL', 'AL'], ['0', '1']),
      contact('b@x', ['FL'], []),
      contact('c@x', ['RL']),
      contact('d@x', ['BL'], ['0']),
    ],
  } as unknown as Roster;
  expect(shelves(r).map((s) => [s.name, s.contacts.map((c) => c.handle)])).toEqual([
    ['Friends', ['a@x']],
    ['Work', ['a@x']],
    ['in no group', ['b@x']],
    ['no contacts of the user', ['c@x', 'd@x']],
  ]);
  expect(shelves({ groups: null, contacts: null } as unknown as Roster)).toEqual([]);
});

test('words', () => {
  expect(presence('NLN').word).toBe('online');
  expect(presence('XXX').word).toBe('XXX');
  expect(presence('').word).toBe('not said');
  const c = { what: 'status', handle: 'bob@x', from: 'AWY', to: 'BSY', event: 1, time: 2 };
  expect(inWords(c)).toBe('bob@x: status away → busy');
  expect(inWords({ ...c, what: 'list', key: 'BL', from: '', to: 'on' })).toBe('bob@x: put on BL');
  expect(inWords({ ...c, what: 'in group', key: '3', from: 'on', to: '' })).toBe(
    'bob@x: taken out of group 3',
  );
  const g = { what: 'group', key: '3', event: 1, time: 2 };
  expect(inWords({ ...g, from: '', to: 'Work' })).toBe('group 3: Work');
  expect(inWords({ ...g, from: 'Work', to: 'Film' })).toBe('group 3 renamed: Work → Film');
  expect(inWords({ ...g, from: 'Film', to: '' })).toBe('group 3 removed: Film');
  expect(inWords({ what: 'list known', key: 'RL', from: '', to: 'partial', event: 1, time: 2 })).toBe(
    'RL told in part',
  );
  expect(inWords({ what: 'synchronisation', from: 'asked', to: 'running', event: 1, time: 2 })).toBe(
    'lists arriving',
  );
  expect(property('PHM', 'Y')).toEqual(['Mobile phone', 'Y']);
  expect(property('MOB', 'Y')).toEqual(['Paging allowed', 'yes']);
  expect(property('XYZ', 'q')).toEqual(['XYZ', 'q']);
  expect(inWords({ what: 'own name', from: '', to: 'Al', event: 1, time: 2 })).toBe('own name: Al');
});

// This file tests the search in what can be explained.
import { expect, test } from 'vitest';
import { dialects, entries, lookUp, search, syntax, type Explained, type ExplainedCommand } from './explain';

const command = (
  name: string,
  dir: 'c2s' | 's2c',
  more: Partial<ExplainedCommand> = {},
): ExplainedCommand => ({
  name,
  dir,
  roles: ['NS'],
  trid: 'required',
  params: [],
  title: `${name} ${dir}`,
  explain: '',
  category: 'auth',
  ...more,
});
const x: Explained = {
  commands: [
    command('XFR', 'c2s', {
      params: [
        { name: 'to', type: 'literal', values: [{ word: 'SB', meaning: 'switchboard' }], meaning: '' },
        { name: 'rest', type: 'text', optional: true, repeat: true, meaning: '' },
      ],
    }),
    command('XFR', 's2c'),
    command('CHG', 'c2s'),
    command('###', 's2c', { trid: 'optional' }),
  ],
  errors: [{ code: 911, name: 'AUTHENTICATION_FAILED', meaning: 'wrong password' }],
  rules: [
    { code: 'payload-length', severity: 'error', rule: 'The length counts bytes.', source: 'draft 5.2' },
  ],
};

test('how commands are written', () => {
  expect(syntax(x.commands[0])).toBe('XFR TrID SB [rest …]');
  expect(syntax(x.commands[3])).toBe('### [TrID]');
});
test('dialects', () => {
  expect([dialects(), dialects(8), dialects(2, 7), dialects(0, 7), dialects(8, 8)]).toEqual([
    'all dialects',
    'MSNP8 on',
    'MSNP2–7',
    'up to MSNP7',
    'MSNP8',
  ]);
});
test('what is known about a name', () => {
  expect(lookUp(x, { name: 'XFR', dir: 's2c' }).commands.map((c) => c.dir)).toEqual(['s2c', 'c2s']);
  expect(lookUp(x, { name: '911' })).toMatchObject({ error: { code: 911 }, commands: [{ name: '###' }] });
  expect(lookUp(x, { name: 'payload-length' }).rule?.severity).toBe('error');
  expect(lookUp(x, { name: 'ZZZ' })).toEqual({ commands: [], error: null, rule: null });
});
test('the list, searched', () => {
  const all = entries(x);
  expect(all.map((e) => e.name)).toEqual(['CHG', 'XFR', '911', 'payload-length']);
  expect(search(all, 'password').map((e) => e.name)).toEqual(['911']);
  expect(search(all, 'x')[0].name).toBe('XFR');
  expect(search(all, '')).toHaveLength(4);
  expect(search(all, 'no such')).toEqual([]);
});

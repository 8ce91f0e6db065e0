// This file asks for contact lists as they were, and puts them in the order in
// which people look at them.

/** Something that was said, and the event that said it; event 0: not said. */
export interface Fact {
  value: string;
  event: number;
}

export interface Contact {
  handle: string;
  name: Fact;
  status: Fact;
  on: Partial<Record<ListName, Fact>>;
  groups: Fact[] | null;
  phones: (Fact & { type: string })[] | null;
}

export type ListName = 'FL' | 'AL' | 'BL' | 'RL' | 'PL';

export interface Roster {
  event: number;
  account: Fact;
  name: Fact;
  status: Fact;
  prompt: Fact;
  privacy: Fact;
  version: Fact;
  sync: Fact;
  lists: Partial<Record<ListName, Fact>>; // which are known in full
  groups: { id: string; name: Fact }[] | null;
  contacts: Contact[] | null;
  properties: (Fact & { type: string })[] | null;
  since: number;
  truncated: boolean;
  before: number; // the nearest events at which something changed, 0: none
  after: number;
}

export interface Change {
  what: string;
  handle?: string;
  key?: string;
  from: string;
  to: string;
  event: number;
  time: number; // Unix ns
}

export const LISTS: { name: ListName; means: string }[] = [
  { name: 'FL', means: 'forward list: the user’s contacts' },
  { name: 'AL', means: 'allow list: who may see the user' },
  { name: 'BL', means: 'block list: who may not' },
  { name: 'RL', means: 'reverse list: who has the user as a contact' },
];

const STATUS: Record<string, [word: string, cls: 'ok' | 'warn' | 'err' | 'muted', sign: string]> = {
  NLN: ['online', 'ok', '●'],
  BSY: ['busy', 'err', '⊖'],
  IDL: ['idle', 'warn', '◐'],
  BRB: ['be right back', 'warn', '◐'],
  AWY: ['away', 'warn', '◐'],
  PHN: ['on the phone', 'err', '⊖'],
  LUN: ['out to lunch', 'warn', '◐'],
  HDN: ['hidden', 'muted', '○'],
  FLN: ['offline', 'muted', '○'],
};

/** A presence in a word, with the class of its colour and a sign of its own. */
export function presence(status: string): { word: string; cls: string; sign: string } {
  const [word, cls, sign] = STATUS[status] ?? [status ? status : 'not said', 'muted', '?'];
  return { word, cls, sign };
}

export interface Shelf {
  id: string;
  name: string;
  group: string; // its id on the wire, "" if it is none
  contacts: Contact[];
}

const on = (c: Contact, l: ListName) => c.on[l]?.value === 'on';

/** Contacts by group, those in none, and those on other lists only. */
export function shelves(r: Roster): Shelf[] {
  const contacts = r.contacts ?? [];
  const out: Shelf[] = [];
  const placed = new Set<Contact>();
  for (const g of r.groups ?? []) {
    const list = contacts.filter((c) => on(c, 'FL') && (c.groups ?? []).some((i) => i.value === g.id));
    for (const c of list) placed.add(c);
    out.push({ id: `g${g.id}`, name: g.name.value || 'a group without a name', group: g.id, contacts: list });
  }
  const rest = contacts.filter((c) => !placed.has(c));
  const none = rest.filter((c) => on(c, 'FL'));
  const others = rest.filter((c) => !on(c, 'FL'));
  if (none.length) out.push({ id: 'none', name: 'in no group', group: '', contacts: none });
  if (others.length) out.push({ id: 'others', name: 'no contacts of the user', group: '', contacts: others });
  return out;
}

/** What has become of the lists that were asked for. */
export const SYNC: Record<string, string> = {
  asked: 'asked for',
  running: 'arriving',
  complete: 'complete',
  unchanged: 'unchanged: the client has them',
};

const PROPERTIES: Record<string, string> = {
  PHH: 'Home phone',
  PHW: 'Work phone',
  PHM: 'Mobile phone',
  MOB: 'Paging allowed',
  MBE: 'Mobile service',
};

/** A property of the user in words: what it is, and what it says. */
export function property(type: string, value: string): [what: string, words: string] {
  const yes: Record<string, string> = { Y: 'yes', N: 'no' };
  return [PROPERTIES[type] ?? type, type.startsWith('PH') ? value : (yes[value] ?? value)];
}

/** A change in words: "bob@hotmail.com: status away → busy". */
export function inWords(c: Change): string {
  const who = c.handle ? `${c.handle}: ` : '';
  if (c.what === 'list') return `${who}${c.to === 'on' ? 'put on' : 'taken off'} ${c.key}`;
  if (c.what === 'in group') return `${who}${c.to ? 'put into' : 'taken out of'} group ${c.key}`;
  if (c.what === 'group' && c.key !== undefined) {
    if (!c.to) return `group ${c.key} removed: ${c.from}`;
    return c.from ? `group ${c.key} renamed: ${c.from} → ${c.to}` : `group ${c.key}: ${c.to}`;
  }
  if (c.what === 'list known') return `${c.key} told ${c.to === 'complete' ? 'in full' : 'in part'}`;
  if (c.what === 'synchronisation') return `lists ${SYNC[c.to] ?? c.to}`;
  const value = (s: string) => (c.what.includes('status') && s ? presence(s).word : s || 'nothing');
  const what = c.key ? `${c.what} ${c.key}` : c.what;
  return c.from ? `${who}${what} ${value(c.from)} → ${value(c.to)}` : `${who}${what}: ${value(c.to)}`;
}

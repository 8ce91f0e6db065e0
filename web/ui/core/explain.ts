// This file finds what the server's tables say about a command, an error
// number or a rule of the protocol (GET /api/explain).

export interface ExplainedParam {
  name: string;
  type: string;
  optional?: boolean;
  repeat?: boolean;
  values?: { word: string; meaning: string }[];
  since?: number; // n of MSNPn
  until?: number;
  meaning: string;
}

export interface ExplainedCommand {
  name: string;
  variant?: string;
  dir: 'c2s' | 's2c';
  roles: string[];
  since?: number;
  until?: number;
  trid: 'required' | 'none' | 'optional';
  params: ExplainedParam[];
  payload?: boolean;
  title: string;
  explain: string;
  notes?: string;
  replies?: string[];
  example?: string;
  category: string;
}

export interface ExplainedError {
  code: number;
  name: string;
  meaning: string;
  since?: number;
  closes?: boolean;
  notes?: string;
}

export interface ExplainedRule {
  code: string;
  severity: string;
  rule: string;
  source: string;
}

export interface Explained {
  commands: ExplainedCommand[];
  errors: ExplainedError[];
  rules: ExplainedRule[];
}

/** What is to be explained. */
export interface Topic {
  name: string; // "XFR", "911", "payload-length"
  dir?: 'c2s' | 's2c'; // that is of interest
  param?: string;
  value?: string; // of the parameter
}

/** Words for the types of parameters. */
export const TYPES: Record<string, string> = {
  word: 'a word',
  int: 'a number',
  version: 'a version: a number or a time',
  text: 'text',
  enum: 'one of the words below',
  literal: 'just this word',
  handle: 'an account',
  nick: 'text, percent-encoded',
  address: 'host and port',
  cookie: 'a ticket for a switchboard, secret',
  secret: 'secret',
  lcid: 'a language and country, in hex',
  url: 'an address on the web',
  pair: 'name=value',
  groups: 'numbers of groups, with commas',
  bool: '0 or 1',
  guid: 'a GUID',
  dialect: 'a dialect: MSNP7, CVR0',
  status: 'a status',
  list: 'a contact list',
  length: 'bytes of the payload',
};

/** "MSNP2–7", "MSNP8 on", "all dialects". */
export function dialects(since?: number, until?: number): string {
  if (!since && !until) return 'all dialects';
  if (!until) return `MSNP${since} on`;
  if (!since) return `up to MSNP${until}`;
  return since === until ? `MSNP${since}` : `MSNP${since}–${until}`;
}

/** How a command is written: "CHG TrID status [caps] [msnobj]". */
export function syntax(c: ExplainedCommand): string {
  const words = [c.name];
  if (c.trid === 'required') words.push('TrID');
  if (c.trid === 'optional') words.push('[TrID]');
  for (const p of c.params) {
    const word =
      p.type === 'literal' && p.values?.length ? p.values[0].word : p.name + (p.repeat ? ' …' : '');
    words.push(p.optional ? `[${word}]` : word);
  }
  return words.join(' ');
}

export interface Found {
  commands: ExplainedCommand[]; // shapes of one name, the direction of interest first
  error: ExplainedError | null;
  rule: ExplainedRule | null;
}

/** All that is known about a topic. An error number has also the shape of error replies. */
export function lookUp(x: Explained, t: Topic): Found {
  const number = /^\d{3}$/.test(t.name);
  const name = number ? '###' : t.name.toUpperCase();
  const commands = x.commands.filter((c) => c.name === name);
  return {
    commands: t.dir
      ? [...commands].sort((a, b) => Number(b.dir === t.dir) - Number(a.dir === t.dir))
      : commands,
    error: number ? (x.errors.find((e) => e.code === Number(t.name)) ?? null) : null,
    rule: x.rules.find((r) => r.code === t.name) ?? null,
  };
}

/** One line of the list of all that can be explained. */
export interface Entry {
  name: string;
  title: string;
  kind: 'command' | 'error' | 'rule';
}

/** All that can be explained, in the order of the tables, commands by name. */
export function entries(x: Explained): Entry[] {
  const out: Entry[] = [];
  for (const c of x.commands) {
    if (c.name === '###' || out.some((e) => e.name === c.name)) continue;
    const titles = x.commands.filter((o) => o.name === c.name).map((o) => o.title);
    out.push({ name: c.name, title: [...new Set(titles)].slice(0, 2).join('; '), kind: 'command' });
  }
  out.sort((a, b) => a.name.localeCompare(b.name));
  for (const e of x.errors)
    out.push({ name: String(e.code), title: `${e.name}: ${e.meaning}`, kind: 'error' });
  for (const r of x.rules) out.push({ name: r.code, title: r.rule, kind: 'rule' });
  return out;
}

/** The entries that have all words of a query, those whose name begins with it first. */
export function search(list: Entry[], query: string): Entry[] {
  const q = query.trim().toLowerCase();
  const words = q.split(/\s+/).filter(Boolean);
  return list
    .filter((e) => words.every((w) => `${e.name} ${e.title}`.toLowerCase().includes(w)))
    .sort((a, b) => Number(b.name.toLowerCase().startsWith(q)) - Number(a.name.toLowerCase().startsWith(q)));
}

let loading: Promise<Explained> | null = null;

/** The tables, asked for once. */
export function load(): Promise<Explained> {
  loading ??= fetch('/api/explain').then(async (r) => {
    if (!r.ok) throw new Error(`the server says ${r.status}`);
    return (await r.json()) as Explained;
  });
  loading.catch(() => (loading = null));
  return loading;
}

// This file holds what the Intercept screen works with: held commands and
// rules as the server tells them, a command as fields, text or hex that all
// give the same bytes again, and commands composed from the table.

import { hex2, utf8Length } from './bytes';

export { Refused, send as ask } from './ask';

/** A held command. Times are Unix microseconds. */
export interface HeldCommand {
  id: number;
  conn: number;
  role: string;
  account: string;
  dir: 'c2s' | 's2c';
  cmd: string;
  trid: number; // -1: none
  size: number;
  summary: string;
  by: string;
  at: number;
  deadline: number; // 0: never
  drop: boolean; // what happens then
  behind: number; // commands that wait behind it
  client: string;
  server: string;
}

export interface LiveConn {
  id: number;
  role: string;
  account: string;
  dialect: string;
  client: string;
  server: string;
  opened: number;
}

export interface Done {
  id: number; // of the held command, 0 for one that was injected
  what: string;
  by: string;
  at: number;
  conn: number;
  dir: string;
  cmd: string;
}

export interface HoldState {
  rev: number;
  held: HeldCommand[];
  conns: LiveConn[];
  done: Done[];
}

export interface Rule {
  name: string;
  filter: string;
  do: string;
  chance?: number; // 0 to 1
  seed?: number;
  limit?: number;
  off?: boolean;
  hits?: number;
}

export interface RulesState {
  rev: number;
  from: string;
  problem: string;
  rules: Rule[];
  text: string;
  actions: string[];
}

/** A mistake in a rule. */
export interface RuleError {
  error: string;
  suggest?: string;
  rule?: string;
  index?: number;
  field?: string;
  at?: number;
  end?: number;
}

export interface CommandSpec {
  name: string;
  variant?: string;
  dir: 'c2s' | 's2c';
  roles: string[];
  since: number;
  until?: number;
  trid: boolean;
  params: {
    name: string;
    meaning: string;
    optional?: boolean;
    repeat?: boolean;
    length?: boolean;
    values?: [string, string][];
  }[];
  payload: boolean;
  title: string;
  explain: string;
  notes?: string;
  example: string;
  category: string;
}

export function toBase64(b: Uint8Array): string {
  let s = '';
  for (const c of b) s += String.fromCharCode(c);
  return btoa(s);
}

export function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((c, i) => c === b[i]);
}

const utf8 = new TextEncoder();

/**
 * Bytes as text to edit: a CR LF is a new line, what cannot be typed an escape
 * (\n for a LF alone, \r, \t, \xNN), and \\ a backslash.
 */
export function toText(b: Uint8Array): string {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  let out = '';
  for (let i = 0; i < b.length;) {
    const c = b[i];
    if (c === 13 && b[i + 1] === 10) {
      out += '\n';
      i += 2;
      continue;
    }
    const n = utf8Length(b, i);
    if (c === 10) out += '\\n';
    else if (c === 13) out += '\\r';
    else if (c === 9) out += '\\t';
    else if (c === 92) out += '\\\\';
    else if (c < 32 || c === 127 || n === 0) out += `\\x${hex2(c)}`;
    else {
      const s = decoder.decode(b.subarray(i, i + n));
      // What cannot be seen would be lost in editing.
      out += /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(s)
        ? [...b.subarray(i, i + n)].map((x) => `\\x${hex2(x)}`).join('')
        : s;
      i += n;
      continue;
    }
    i++;
  }
  return out;
}

/** The reverse of toText. An unfinished escape stands for itself. */
export function fromText(s: string): Uint8Array {
  const out: number[] = [];
  for (let i = 0; i < s.length;) {
    const ch = s[i];
    if (ch === '\n') out.push(13, 10);
    else if (ch === '\\' && i + 1 < s.length) {
      const hex = /^x([0-9a-fA-F]{2})/.exec(s.slice(i + 1, i + 4));
      const at = 'nrt\\'.indexOf(s[i + 1]);
      if (hex) {
        out.push(parseInt(hex[1], 16));
        i += 4;
        continue;
      }
      if (at >= 0) {
        out.push([10, 13, 9, 92][at]);
        i += 2;
        continue;
      }
      out.push(92);
    } else {
      const point = String.fromCodePoint(s.codePointAt(i)!);
      out.push(...utf8.encode(point));
      i += point.length;
      continue;
    }
    i++;
  }
  return Uint8Array.from(out);
}

/** Bytes as hex, 16 a line. */
export function toHex(b: Uint8Array): string {
  const all = [...b].map(hex2);
  const lines: string[] = [];
  for (let i = 0; i < all.length; i += 16) lines.push(all.slice(i, i + 16).join(' '));
  return lines.join('\n');
}

/** The reverse of toHex; null if it is no hex. */
export function fromHex(s: string): Uint8Array | null {
  const digits = s.replace(/[\s:]/g, '');
  if (digits.length % 2 || /[^0-9a-fA-F]/.test(digits)) return null;
  return Uint8Array.from({ length: digits.length / 2 }, (_, i) =>
    parseInt(digits.slice(2 * i, 2 * i + 2), 16),
  );
}

/** A command as its words and its payload. */
export interface Parts {
  words: string[]; // as toText has them
  end: string; // of the line: '\n' is CR LF
  payload: string;
}

/** Splits a command: words apart by single blanks come together again as they were. */
export function toParts(b: Uint8Array): Parts {
  let i = b.indexOf(10);
  if (i < 0) i = b.length;
  const cr = i > 0 && b[i - 1] === 13;
  const line = b.subarray(0, cr ? i - 1 : i);
  return {
    words: toText(line).split(' '),
    end: i === b.length ? '' : cr ? '\n' : '\\n',
    payload: toText(b.subarray(Math.min(i + 1, b.length))),
  };
}

export function fromParts(p: Parts): Uint8Array {
  return fromText(p.words.join(' ') + p.end + p.payload);
}

/** The command with the length in its line made that of its payload, if it has one. */
export function mended(b: Uint8Array, hasPayload: boolean): Uint8Array {
  if (!hasPayload) return b;
  const p = toParts(b);
  const last = p.words.length - 1;
  if (last < 1 || !/^\d+$/.test(p.words[last])) return b;
  const size = fromText(p.payload).length;
  return fromParts({ ...p, words: [...p.words.slice(0, last), String(size)] });
}

/** What two texts have in common at both ends, and what is different between. */
export interface Difference {
  before: string;
  old: string;
  now: string;
  after: string;
}

export function difference(a: string, b: string): Difference {
  let p = 0;
  while (p < a.length && p < b.length && a[p] === b[p]) p++;
  if (p > 0 && /[\ud800-\udbff]/.test(a[p - 1])) p--; // not within a character
  let s = 0;
  while (s < a.length - p && s < b.length - p && a[a.length - 1 - s] === b[b.length - 1 - s]) s++;
  if (s > 0 && /[\udc00-\udfff]/.test(a[a.length - s])) s--;
  return {
    before: a.slice(0, p),
    old: a.slice(p, a.length - s),
    now: b.slice(p, b.length - s),
    after: a.slice(a.length - s),
  };
}

/** "00:07" of microseconds, "1:02:03" from an hour on; never below nothing. */
export function clock(us: number): string {
  const s = Math.max(0, Math.floor(us / 1e6));
  const two = (n: number) => String(n).padStart(2, '0');
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return (h ? `${h}:` : '') + `${two(m)}:${two(s % 60)}`;
}

/** How much of its time a held command has left, 0 to 1; null if it has all time. */
export function left(h: HeldCommand, now: number): number | null {
  if (!h.deadline) return null;
  return Math.max(0, Math.min(1, (h.deadline - now) / (h.deadline - h.at)));
}

/** What was done to a held command, as others have done it: "already forwarded by another window". */
export function fate(done: Done[], id: number, me: string): string {
  const d = done.find((x) => x.id === id);
  if (!d) return 'It is held no more.';
  const who =
    d.by === me
      ? 'this window'
      : d.by.startsWith('window ')
        ? 'another window'
        : d.by === 'nobody else'
          ? 'its deadline'
          : d.by;
  return `Already ${d.what} by ${who}.`;
}

/** A command of the table with its fields filled in. */
export function compose(spec: CommandSpec, trid: string, values: string[], payload: string): Uint8Array {
  const words = [spec.name];
  if (spec.trid) words.push(trid);
  const size = fromText(payload).length;
  spec.params.forEach((p, i) => {
    if (p.length && spec.payload) words.push(String(size));
    else if (values[i]) words.push(values[i]);
  });
  return fromText(words.join(' ') + '\n' + (spec.payload ? payload : ''));
}

/** The fields of a command's example, to begin with. */
export function example(spec: CommandSpec): string[] {
  const words = spec.example.split(' ').slice(spec.trid ? 2 : 1);
  return spec.params.map((p, i) => (p.length ? '' : p.repeat ? words.slice(i).join(' ') : (words[i] ?? '')));
}

/** The shapes that can be sent on a connection, by name. */
export function shapes(all: CommandSpec[], dir: string, conn: LiveConn | undefined): CommandSpec[] {
  const dialect = Number(/\d+/.exec(conn?.dialect ?? '')?.[0] ?? 0) || 7;
  return all
    .filter((s) => s.dir === dir && s.since <= dialect && (!s.until || s.until >= dialect))
    .filter((s) => !conn?.role || !s.roles.length || s.roles.includes(conn.role))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** A filter of the one side of a connection from which a command came. */
export function fromHere(h: { conn: number; dir: string }): string {
  return `conn:${h.conn} dir:${h.dir}`;
}

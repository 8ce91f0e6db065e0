// This file is what the chat screen knows of chats: their shapes, the emoticons,
// and the words of the lines that tell who came and went.

import type { Look } from './look';

export interface Person {
  handle: string;
  name: string;
  present: boolean;
  seen: boolean;
}

export interface ChatConnection {
  id: number;
  session: number;
  account: string;
  server: string;
  closed: number;
  how: string;
  live: boolean;
}

export interface Chat {
  id: number;
  chat: string; // switchboard session id
  people: Person[];
  connections: ChatConnection[];
  began: number; // Unix µs
  last: number;
  messages: number;
  lines: number;
  more: number; // lines that the server does not keep
  read: number; // share of its events that this was read from so far
  live: boolean;
  typing: { who: string; name: string; event: number; ts: number }[];
}

export interface FileTransfer {
  connection: number;
  name: string;
  file: string; // name under which it is saved
  size: number;
  received: number;
  state: string;
  words: string;
}

export interface Line {
  i: number;
  kind: string;
  event: number;
  session: number;
  ts: number; // Unix µs
  who: string;
  name: string;
  whom?: string;
  text?: string;
  size?: number; // bytes of the whole text, if this is its beginning
  words?: string;
  look?: Look;
  ask?: string;
  state?: string;
  answer?: number;
  latency_us: number;
  seen?: number;
  typing?: number;
  count?: number;
  change?: string;
  delivered?: string;
  offer?: { command: string; cookie: string; what?: string; file?: string; size: number };
  file?: FileTransfer;
  idle?: boolean;
}

/** One answer of /api/chats/ID. */
export interface ChatPage extends Chat {
  from: number;
  index: number;
  present: string[]; // before the first row
  rows: Line[];
}

// The emoticons of MSN Messenger 4.x: codes and what is drawn for them.
// Source: the emoticon page of msnp-wiki and the help of the client.
const ART: [codes: string, name: string][] = [
  [':) :-)', 'smile'],
  [':D :-D :> :->', 'open-mouthed smile'],
  [':O :-O', 'surprised'],
  [':P :-P', 'tongue out'],
  [';) ;-)', 'wink'],
  [':( :-( :< :-<', 'sad'],
  [':S :-S', 'confused'],
  [':| :-|', 'disappointed'],
  [":'(", 'crying'],
  [':$ :-$', 'embarrassed'],
  ['(H)', 'hot'],
  [':@ :-@', 'angry'],
  ['(A)', 'angel'],
  ['(6)', 'devil'],
  ['(Y)', 'thumbs up'],
  ['(N)', 'thumbs down'],
  ['(L)', 'heart'],
  ['(U)', 'broken heart'],
  ['(K)', 'kiss'],
  ['(G)', 'gift'],
  ['(F)', 'rose'],
  ['(W)', 'wilted rose'],
  ['(X)', 'girl'],
  ['(Z)', 'boy'],
  ['({)', 'hug from the left'],
  ['(})', 'hug from the right'],
  ['(P)', 'camera'],
  ['(B)', 'beer'],
  ['(D)', 'drink'],
  ['(T)', 'telephone'],
  ['(@)', 'cat'],
  ['(&)', 'dog'],
  ['(C)', 'coffee'],
  ['(I)', 'idea'],
  ['(S)', 'moon'],
  ['(*)', 'star'],
  ['(8)', 'note'],
  ['(E)', 'e-mail'],
  ['(M)', 'messenger'],
  [':[ :-[', 'bat'],
  ['(^)', 'cake'],
  ['(O)', 'clock'],
  ['(#)', 'sun'],
  ['(R)', 'rainbow'],
  ['(%)', 'handcuffs'],
  ['(~)', 'film'],
  ['(?)', 'age, sex, location?'],
];

const NAMES = new Map<string, string>();
for (const [codes, name] of ART) {
  for (const c of codes.split(' ')) NAMES.set(c.toLowerCase(), name);
}
const escaped = (s: string) => s.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
const CODES = new RegExp(
  [...NAMES.keys()]
    .sort((a, b) => b.length - a.length)
    .map(escaped)
    .join('|'),
  'gi',
);

/** A piece of a message: text, or an emoticon with its code as the text. */
export interface Bit {
  text: string;
  name?: string; // of the emoticon
}

/** A text cut into what is read and what is looked at. */
export function emoticons(text: string, on: boolean): Bit[] {
  if (!on) return [{ text }];
  const out: Bit[] = [];
  let at = 0;
  for (const m of text.matchAll(CODES)) {
    if (m.index > at) out.push({ text: text.slice(at, m.index) });
    out.push({ text: m[0], name: NAMES.get(m[0].toLowerCase()) });
    at = m.index + m[0].length;
  }
  if (at < text.length || !out.length) out.push({ text: text.slice(at) });
  return out;
}

/** How somebody is called: the friendly name, or the handle if there is none or it is wanted. */
export function called(handle: string, name: string, raw: boolean): string {
  if (!name || name === handle) return handle || 'somebody';
  return raw ? `${name} <${handle}>` : name;
}

/** The others of a chat, as the session's user sees them. */
export function withWhom(c: Chat, own: string, raw: boolean): string {
  const others = c.people.filter((p) => p.handle.toLowerCase() !== own);
  return others.map((p) => called(p.handle, p.name, raw)).join(', ') || 'nobody came';
}

/** What a line says that is no message, behind the name. */
export function happened(l: Line, name: (handle: string) => string): string {
  const count = l.count ? ` (${l.count} times)` : '';
  switch (l.kind) {
    case 'opened':
      return 'opened the chat';
    case 'invited':
      return `invited ${name(l.whom ?? '')}${l.state === 'refused' ? `: ${l.words}` : l.state === 'waiting' ? ', without an answer' : ''}`;
    case 'joined':
      return 'joined';
    case 'here':
      return 'was here already';
    case 'left':
      return l.idle ? 'left: the server closed an idle connection' : 'left';
    case 'typed':
      return 'was typing, and sent nothing';
    case 'gap':
      return `${l.words}`;
    case 'refused':
      return `was refused something: ${l.words}`;
    default:
      return `${l.words ?? ''}${count}`;
  }
}

/** What has become of a message, as a mark and in words; null if there is nothing to say. */
export function report(l: Line, over: boolean): { mark: string; words: string; cls: string } | null {
  switch (l.state) {
    case 'delivered':
      return { mark: '✓', words: 'delivered', cls: 'ok' };
    case 'not delivered':
      return { mark: '✗', words: 'not delivered', cls: 'err' };
    case 'refused':
      return { mark: '✗', words: `refused: ${l.words ?? ''}`, cls: 'err' };
    case 'waiting':
      return over
        ? { mark: '?', words: 'never acknowledged', cls: 'err' }
        : { mark: '…', words: 'waiting for the report', cls: 'muted' };
  }
  return null;
}

/** What the sender wanted to know, in words. */
export function asked(l: Line): string {
  switch (l.ask) {
    case 'U':
      return 'no report asked for';
    case 'N':
      return 'a report only if it fails';
    case 'A':
    case 'D':
      return 'a report in any case';
  }
  return 'sender’s side not seen';
}

/** Who is there after each of the rows, given who was before them. */
export function presence(before: string[], rows: Line[]): string[][] {
  let now = before;
  return rows.map((l) => {
    if (l.kind === 'opened' || l.kind === 'joined' || l.kind === 'here') {
      if (!now.includes(l.who)) now = [...now, l.who];
    } else if (l.kind === 'left') now = now.filter((w) => w !== l.who);
    return now;
  });
}

const ROW = 26; // px of a line that was not measured
const MAX_PX = 6_000_000; // browsers cap the height of an element
export const STEP = 40; // lines by which the window moves
export const WINDOW = 160; // lines in it

/**
 * Which lines of a long chat are in the document, and how high what stands for
 * the others is. Lines have any height; those in the window are measured by the
 * browser itself, the others count as ROW px, or less in a chat so long that no
 * element could be as high.
 */
export class Span {
  total = 0;
  first = 0;
  last = 0; // behind the last
  get px(): number {
    return Math.min(ROW, MAX_PX / Math.max(1, this.total));
  }
  get above(): number {
    return this.first * this.px;
  }
  get below(): number {
    return (this.total - this.last) * this.px;
  }
  /** Puts the window around line i. */
  around(i: number): void {
    this.first = Math.max(0, Math.min(i - WINDOW / 2, this.total - WINDOW));
    this.last = Math.min(this.total, this.first + WINDOW);
  }
  /** The line that a place in the whole height stands for. */
  at(top: number): number {
    return Math.max(0, Math.min(this.total - 1, Math.floor(top / this.px)));
  }
  /**
   * Moves the window after a scroll: top and height are those of the viewport,
   * content is the measured height of the window. "stay": nothing changed,
   * "shift": keep what is in sight where it is, or the line to jump to.
   */
  scrolled(top: number, height: number, content: number): 'stay' | 'shift' | number {
    const margin = height;
    const from = this.above;
    const to = from + content;
    if (top + height < from || top > to) return this.at(top);
    if (top < from + margin && this.first > 0) {
      this.first = Math.max(0, this.first - STEP);
      this.last = Math.min(this.total, this.first + WINDOW);
      return 'shift';
    }
    if (top + height > to - margin && this.last < this.total) {
      this.last = Math.min(this.total, this.last + STEP);
      this.first = Math.max(0, this.last - WINDOW);
      return 'shift';
    }
    return 'stay';
  }
}

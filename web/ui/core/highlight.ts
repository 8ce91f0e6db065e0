// This file finds the words of a filter in a text, to mark them.

import { lex } from './filter';

// Fields whose values stand in the words of an event.
const FIELDS = new Set(['text', 'nick', 'from', 'to', 'acc', 'raw', 'note', 'font', 'cmd']);

/** The words that a filter looks for, in lower case. */
export function words(q: string): string[] {
  const out: string[] = [];
  let not = false;
  let field = '';
  for (const t of lex(q)) {
    if (t.type === 'blank') {
      if (field && !q.slice(0, t.start).endsWith(',')) field = '';
      continue;
    }
    if (t.type === 'not') not = /^(-|!|not)$/i.test(t.text);
    else if (t.type === 'field') field = t.text.toLowerCase();
    else if (t.type === 'word' || t.type === 'string' || t.type === 'value') {
      const plain = t.type === 'string' ? unquote(t.text) : t.text.replace(/^\*|\*$/g, '');
      if (!not && plain && (!field || FIELDS.has(field))) out.push(plain.toLowerCase());
      not = false;
    }
  }
  return [...new Set(out)].sort((a, b) => b.length - a.length);
}

function unquote(s: string): string {
  const plain: Record<string, string> = { n: '\n', r: '\r', t: '\t' };
  return s.replace(/^"|"$/g, '').replace(/\\(.)/g, (_, c: string) => plain[c] ?? c);
}

export interface Part {
  text: string;
  hit: boolean;
}

/** A text in parts, those that are one of the words marked. */
export function parts(text: string, list: string[]): Part[] {
  const lower = text.toLowerCase();
  if (lower.length !== text.length) return [{ text, hit: false }]; // places would not agree
  const out: Part[] = [];
  let from = 0;
  for (let i = 0; i < text.length;) {
    const w = list.find((w) => lower.startsWith(w, i));
    if (!w) {
      i++;
      continue;
    }
    if (i > from) out.push({ text: text.slice(from, i), hit: false });
    out.push({ text: text.slice(i, i + w.length), hit: true });
    i += w.length;
    from = i;
  }
  if (from < text.length) out.push({ text: text.slice(from), hit: false });
  return out;
}

/** A text cut around its first hit, so that the hit is seen. */
export function around(list: Part[], before = 60): Part[] {
  const i = list.findIndex((p) => p.hit);
  if (i !== 1 || list[0].text.length <= before) return list;
  return [{ text: '…' + list[0].text.slice(-before), hit: false }, ...list.slice(1)];
}

// This file reads a filter for its colours, for completion and for adding and
// removing terms. Whether a filter is right, and what it means, the server says.

export type TokenType = 'field' | 'op' | 'value' | 'string' | 'regex' | 'word' | 'paren' | 'not' | 'blank';

export interface Token {
  type: TokenType;
  text: string;
  start: number;
  end: number;
}

const FIELD = /^[A-Za-z][A-Za-z0-9]*(\.[A-Za-z0-9_-]*)?(?=!=|>=|<=|!~|[:=<>~])/;
const OP = /^(!=|>=|<=|!~|[:=<>~])/;
const STRING = /^"(?:[^"\\]|\\.)*"?/;
const REGEX = /^\/(?:[^/\\]|\\.)*(?:\/i?)?/;
const BARE = /^[^\s()",]+/;
const OR = /^(?:or|\|\||\|)$/i;
const JOIN = /^(?:and|or|not|&&|\|\||\|)$/i;

/** Splits a filter into tokens that cover all of it. */
export function lex(q: string): Token[] {
  const out: Token[] = [];
  let i = 0;
  let value = false; // after an operator
  let depth = 0; // inside the parentheses of a list of values
  const push = (type: TokenType, text: string) => {
    out.push({ type, text, start: i, end: i + text.length });
    i += text.length;
  };
  while (i < q.length) {
    const rest = q.slice(i);
    const blank = /^\s+/.exec(rest);
    if (blank) {
      if (depth === 0) value = false;
      push('blank', blank[0]);
      continue;
    }
    const c = rest[0];
    if (c === '(' || c === ')' || c === ',') {
      if (c === '(' && (value || depth > 0)) depth++;
      if (c === ')' && depth > 0 && --depth === 0) value = false;
      push('paren', c);
      continue;
    }
    if (c === '"') {
      push('string', STRING.exec(rest)![0]);
      continue;
    }
    const inValue = value || depth > 0;
    if (!inValue && (c === '-' || c === '!')) {
      push('not', c);
      continue;
    }
    if (c === '/') {
      push('regex', REGEX.exec(rest)![0]);
      continue;
    }
    const field = inValue ? null : FIELD.exec(rest);
    if (field) {
      push('field', field[0]);
      push('op', OP.exec(q.slice(i))![0]);
      value = true;
      continue;
    }
    if (rest.startsWith('.."') && out[out.length - 1]?.type === 'string') {
      push('op', '..');
      continue;
    }
    const bare = BARE.exec(rest)![0];
    if (depth > 0 && OR.test(bare)) push('not', bare);
    else push(inValue ? 'value' : JOIN.test(bare) ? 'not' : 'word', bare);
  }
  return out;
}

/** What completion is wanted at the caret: a field (field "") or a value of one. */
export interface Place {
  field: string;
  prefix: string;
  start: number;
  end: number;
}

/** The word around the caret, as far as it can be completed; null if nothing can. */
export function completionAt(q: string, caret: number): Place | null {
  const tokens = lex(q);
  let field = '';
  let depth = 0;
  for (const t of tokens) {
    if (t.start >= caret) break;
    if (t.type === 'field') field = t.text;
    if (t.type === 'blank' && depth === 0 && t.end <= caret) field = '';
    if (t.type === 'paren' && t.end <= caret) {
      if (t.text === '(' && field) depth++;
      else if (t.text === ')' && depth > 0 && --depth === 0) field = '';
    }
    const touches = t.start < caret && caret <= t.end;
    if (!touches) continue;
    if (t.type === 'word') return { field: '', prefix: q.slice(t.start, caret), start: t.start, end: t.end };
    if (t.type === 'field' && caret < t.end)
      return { field: '', prefix: q.slice(t.start, caret), start: t.start, end: t.end };
    if (t.type === 'value') return { field, prefix: q.slice(t.start, caret), start: t.start, end: t.end };
    if (t.type === 'string' || t.type === 'regex') return null;
  }
  return { field, prefix: '', start: caret, end: caret };
}

const ESCAPES: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** A text in quotes, which means just that text. */
export function quoted(v: string): string {
  return `"${v.replace(/[\\"\n\r\t]/g, (c) => ESCAPES[c] ?? '\\' + c)}"`;
}

/** A value as it stands in a filter: quoted if it must be. */
export function quote(v: string): string {
  return /^[^\s()",\\/~<>=!|*-][^\s()",\\*]*$/.test(v) && !JOIN.test(v) && !v.includes('..') ? v : quoted(v);
}

/** The terms of a filter that are joined by "and" at its top; null if there is an "or". */
export function terms(q: string): string[] | null {
  const out: string[] = [];
  let depth = 0;
  let from = -1;
  const close = (end: number) => {
    if (from >= 0) out.push(q.slice(from, end));
    from = -1;
  };
  for (const t of lex(q)) {
    if (t.text === '(') depth++;
    if (t.text === ')') depth--;
    if (depth === 0 && t.type === 'not' && OR.test(t.text)) return null;
    if (depth === 0 && t.type === 'not' && /^(and|&&)$/i.test(t.text)) {
      close(t.start);
      continue;
    }
    if (depth === 0 && t.type === 'blank') {
      if (from >= 0 && /^(not)$/i.test(q.slice(from, t.start))) continue;
      close(t.start);
    } else if (from < 0) from = t.start;
  }
  close(q.length);
  return out.map((s) => s.trim()).filter(Boolean);
}

export function hasTerm(q: string, term: string): boolean {
  return terms(q)?.includes(term) ?? false;
}

/** The filter that also asks for term; the opposite term is taken out. */
export function addTerm(q: string, term: string): string {
  const list = terms(q);
  if (list === null) return `(${q.trim()}) ${term}`;
  if (list.includes(term)) return q;
  const opposite = term.startsWith('-') ? term.slice(1) : '-' + term;
  return [...list.filter((t) => t !== opposite), term].join(' ');
}

export function removeTerm(q: string, term: string): string {
  return (terms(q) ?? [q]).filter((t) => t !== term).join(' ');
}

export function toggleTerm(q: string, term: string): string {
  return hasTerm(q, term) ? removeTerm(q, term) : addTerm(q, term);
}

/** The filter without its last term: "a b c" -> "a b"; "a or b" -> "a". */
export function removeLast(q: string): string {
  const list = terms(q);
  if (list) return list.slice(0, -1).join(' ');
  const tokens = lex(q).filter((t) => t.type !== 'blank');
  let depth = 0;
  for (let k = tokens.length - 1; k >= 0; k--) {
    const t = tokens[k];
    if (t.text === ')') depth++;
    if (t.text === '(') depth--;
    if (depth === 0 && t.type === 'not' && JOIN.test(t.text) && !/^not$/i.test(t.text))
      return q.slice(0, t.start).trim();
  }
  return '';
}

/** The index in a string of an offset in its UTF-8 bytes. */
export function byteIndex(s: string, offset: number): number {
  let bytes = 0;
  let i = 0;
  for (const ch of s) {
    if (bytes >= offset) return i;
    const c = ch.codePointAt(0)!;
    bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    i += ch.length;
  }
  return i;
}

// This file lists the fields of an event in wire order, each with its bytes,
// for the detail pane: what can be pointed at, copied and filtered by.

import type { EventObject, Header, Param } from './protocol';
import type { Range } from './bytes';
import { quote, quoted } from './filter';

export interface Field extends Range {
  kind: 'cmd' | 'param' | 'header' | 'meaning' | 'body';
  label: string;
  param: string; // its name in the command table, "" if it is none of it
  value: string; // as a person reads it
  raw: string; // as on the wire, when that differs
  meaning: string;
  secret: boolean;
  term: string; // of the filter
}

/** All fields of an event; bytes are those of its raw form. */
export function fieldsOf(e: EventObject, bytes: Uint8Array): Field[] {
  const out: Field[] = [];
  if (e.cmd) {
    out.push({
      kind: 'cmd',
      label: /^\d+$/.test(e.cmd) ? 'Error' : 'Command',
      param: '',
      value: e.cmd,
      raw: '',
      meaning: '',
      secret: false,
      start: 0,
      end: e.cmd.length,
      term: `cmd:${quote(e.cmd)}`,
    });
  }
  const trid = tridOf(e, bytes);
  if (trid) out.push(trid);
  for (const p of e.params ?? []) out.push(ofParam(p, 'param'));
  const pl = e.payload;
  for (const h of pl?.headers ?? [])
    out.push(ofHeader(h, `header.${h.name.toLowerCase()}:${quote(h.value)}`));
  for (const p of pl?.meaning ?? []) out.push(ofParam(p, 'meaning'));
  for (const h of pl?.fields ?? []) out.push(ofHeader(h, `text:${quote(h.value)}`));
  return out;
}

// The TrID is told beside the parameters; its bytes are those of the second word.
function tridOf(e: EventObject, bytes: Uint8Array): Field | null {
  if (!e.cmd || e.trid === null || e.trid === undefined) return null;
  const start = e.cmd.length + 1;
  let end = start;
  while (bytes[end] >= 0x30 && bytes[end] <= 0x39) end++;
  const word = String.fromCharCode(...bytes.subarray(start, Math.min(end, start + 20)));
  if (Number(word) !== e.trid) return null;
  const value = String(e.trid);
  const raw = word === value ? '' : word;
  return {
    kind: 'param',
    label: 'TrID',
    param: '',
    value,
    raw,
    meaning: '',
    secret: false,
    start,
    end,
    term: `trid:${value}`,
  };
}

function ofParam(p: Param, kind: Field['kind']): Field {
  return {
    kind,
    label: p.type === 'literal' ? 'Word' : label(p.name),
    param: kind === 'param' ? p.name : '',
    value: p.value,
    raw: p.raw !== undefined && p.raw !== p.value ? p.raw : '',
    meaning: p.meaning ?? '',
    secret: p.secret ?? false,
    start: p.start,
    end: p.end,
    term: termOf(p),
  };
}

function ofHeader(h: Header, term: string): Field {
  return {
    kind: 'header',
    label: h.name,
    param: '',
    value: h.value,
    raw: '',
    meaning: '',
    secret: h.secret ?? false,
    start: h.start,
    end: h.end,
    term,
  };
}

function termOf(p: Param): string {
  if (p.type === 'handle') return `acc:${quote(p.value)}`;
  if (p.type === 'status') return `status:${quote(p.raw ?? p.value)}`;
  if (p.type === 'nick') return `nick:${quote(p.value)}`;
  if (p.name === 'font') return `font:${quote(p.value)}`;
  return quoted(p.raw ?? p.value);
}

/** "friendly_name" -> "Friendly name". */
export function label(name: string): string {
  const s = name.replace(/[_-]/g, ' ').trim();
  return s.charAt(0).toUpperCase() + s.slice(1);
}

/** The innermost field that has byte i. */
export function fieldAt(fields: Field[], i: number): Field | null {
  let best: Field | null = null;
  for (const f of fields) {
    if (i >= f.start && i < f.end && (!best || f.end - f.start < best.end - best.start)) best = f;
  }
  return best;
}

/** Where bytes change their owner. */
export function cutsOf(fields: Field[], marks: (Range | null)[]): number[] {
  const out = new Set<number>();
  for (const r of [...fields, ...marks]) {
    if (r) {
      out.add(r.start);
      out.add(r.end);
    }
  }
  return [...out].sort((a, b) => a - b);
}

/** The bytes of secret fields, as long as these are hidden. */
export function maskedOf(fields: Field[], shown: boolean): Range[] {
  return shown ? [] : fields.filter((f) => f.secret && f.end > f.start);
}

export function inside(r: Range, outer: Range | null): boolean {
  return outer !== null && r.start >= outer.start && r.end <= outer.end;
}

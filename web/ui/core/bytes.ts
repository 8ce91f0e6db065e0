// This file turns bytes into what is shown and copied of them: text with its
// invisible parts made visible, hex, and literals. Everything keeps its place
// in the bytes, so that fields and bytes can point at each other.

export interface Range {
  start: number;
  end: number;
}

/** A piece of shown text and the bytes that it stands for. */
export interface Piece extends Range {
  text: string;
  /** text: as it is; mark: something invisible; bad: bytes that are no UTF-8; mask: hidden. */
  kind: 'text' | 'mark' | 'bad' | 'mask';
}

export function fromBase64(s: string): Uint8Array {
  const bin = atob(s);
  const out = new Uint8Array(bin.length);
  for (let i = 0; i < bin.length; i++) out[i] = bin.charCodeAt(i);
  return out;
}

export function hex2(n: number): string {
  return (n < 16 ? '0' : '') + n.toString(16);
}

/** The length of the UTF-8 sequence at i, 0 if it is none. */
export function utf8Length(b: Uint8Array, i: number): number {
  const c = b[i];
  const cont = (k: number) => i + k < b.length && (b[i + k] & 0xc0) === 0x80;
  if (c < 0x80) return 1;
  if (c >= 0xc2 && c < 0xe0) return cont(1) ? 2 : 0;
  if (c >= 0xe0 && c < 0xf0) {
    if (!cont(1) || !cont(2)) return 0;
    if (c === 0xe0 && b[i + 1] < 0xa0) return 0; // overlong
    return c === 0xed && b[i + 1] >= 0xa0 ? 0 : 3; // surrogates
  }
  if (c >= 0xf0 && c < 0xf5) {
    if (!cont(1) || !cont(2) || !cont(3)) return 0;
    if (c === 0xf0 && b[i + 1] < 0x90) return 0;
    return c === 0xf4 && b[i + 1] >= 0x90 ? 0 : 4;
  }
  return 0;
}

const CONTROL: Record<number, string> = { 0: '␀', 9: '→', 10: '␊', 13: '␍', 27: '␛', 127: '␡' };

// Characters that change how their neighbours look, or that cannot be seen:
// bidirectional controls, zero-width characters, line separators, BOM, tags.
const UNSEEN =
  /[\u0080-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb]|[\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/u;

/** A string with what cannot be seen in it made visible, for one line: "a⟨U+202E⟩b". */
export function visible(s: string): string {
  let out = '';
  for (const ch of s) {
    const c = ch.codePointAt(0)!;
    if (c < 32 || c === 127) out += CONTROL[c] ?? `\\x${hex2(c)}`;
    else out += UNSEEN.test(ch) ? unseen(c) : ch;
  }
  return out;
}

function unseen(c: number): string {
  return `⟨U+${c.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}

/** The bytes as pieces of text. No piece crosses a cut, and masked bytes are not told. */
export function pieces(b: Uint8Array, cuts: number[], masked: Range[]): Piece[] {
  const cut = new Set(cuts);
  const out: Piece[] = [];
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  const push = (start: number, end: number, text: string, kind: Piece['kind']) => {
    const last = out[out.length - 1];
    if (last && last.kind === kind && kind !== 'mark' && !cut.has(start)) {
      last.text += text;
      last.end = end;
    } else out.push({ start, end, text, kind });
  };
  let i = 0;
  while (i < b.length) {
    const m = masked.find((r) => i >= r.start && i < r.end);
    if (m) {
      const end = Math.min(m.end, b.length);
      push(i, end, '•'.repeat(Math.min(end - i, 8)), 'mask');
      i = end;
      continue;
    }
    const c = b[i];
    if (c < 32 || c === 127) {
      push(i, i + 1, CONTROL[c] ?? `\\x${hex2(c)}`, 'mark');
      i++;
      continue;
    }
    const n = utf8Length(b, i);
    if (n === 0) {
      push(i, i + 1, `\\x${hex2(c)}`, 'bad');
      i++;
      continue;
    }
    if (n === 1) push(i, i + 1, String.fromCharCode(c), 'text');
    else {
      const ch = decoder.decode(b.subarray(i, i + n));
      if (UNSEEN.test(ch)) push(i, i + n, unseen(ch.codePointAt(0)!), 'mark');
      else push(i, i + n, ch, 'text');
    }
    i += n;
  }
  return out;
}

/** One run of bytes of a hex row that look alike: n bytes from start. */
export interface Run extends Range {
  hex: string;
  text: string;
  mask: boolean;
}

/** The row of the hex view with n bytes from offset at, split at the cuts and in its middle. */
export function hexRow(b: Uint8Array, at: number, n: number, cuts: number[], masked: Range[]): Run[] {
  const end = Math.min(at + n, b.length);
  const mid = at + n / 2;
  const edges = [at, end];
  if (mid < end) edges.push(mid);
  for (const c of cuts) if (c > at && c < end) edges.push(c);
  for (const m of masked) {
    if (m.start > at && m.start < end) edges.push(m.start);
    if (m.end > at && m.end < end) edges.push(m.end);
  }
  edges.sort((x, y) => x - y);
  const out: Run[] = [];
  for (let k = 0; k + 1 < edges.length; k++) {
    const [s, e] = [edges[k], edges[k + 1]];
    if (s === e) continue;
    const mask = masked.some((m) => s >= m.start && s < m.end);
    const part = [...b.subarray(s, e)];
    out.push({
      start: s,
      end: e,
      mask,
      hex: part.map((c) => (mask ? '••' : hex2(c))).join(' '),
      text: part.map((c) => (mask ? '•' : c >= 32 && c < 127 ? String.fromCharCode(c) : '·')).join(''),
    });
  }
  return out;
}

export type CopyAs = 'text' | 'escaped' | 'hex' | 'go' | 'python' | 'base64';

/** Bytes in a form for the clipboard; masked ranges become "*" bytes. */
export function copyAs(bytes: Uint8Array, how: CopyAs, masked: Range[] = []): string {
  const b = Uint8Array.from(bytes);
  for (const m of masked) b.fill(0x2a, m.start, Math.min(m.end, b.length));
  const lit = () => {
    let s = '';
    for (const c of b) {
      if (c === 13) s += '\\r';
      else if (c === 10) s += '\\n';
      else if (c === 9) s += '\\t';
      else if (c === 34 || c === 92) s += '\\' + String.fromCharCode(c);
      else s += c >= 32 && c < 127 ? String.fromCharCode(c) : `\\x${hex2(c)}`;
    }
    return s;
  };
  switch (how) {
    case 'text':
      return new TextDecoder().decode(b);
    case 'escaped':
      return lit();
    case 'hex':
      return [...b].map(hex2).join(' ');
    case 'go':
      return `[]byte("${lit()}")`;
    case 'python':
      return `b"${lit()}"`;
    case 'base64':
      return btoa([...b].map((c) => String.fromCharCode(c)).join(''));
  }
}

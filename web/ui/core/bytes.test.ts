// This file tests how bytes are shown and copied.
import { describe, expect, it, test } from 'vitest';
import * as b from './bytes';

const bytes = (s: string) => new TextEncoder().encode(s);
const shown = (p: b.Piece[]) => p.map((x) => x.text).join('');

describe('pieces', () => {
  it('makes line ends visible', () => expect(shown(b.pieces(bytes('A\r\n'), [], []))).toBe('A␍␊'));
  it('tells bytes that are no UTF-8', () => {
    expect(shown(b.pieces(Uint8Array.of(0x41, 0xe9, 0x42, 0xc0, 0x80), [], []))).toBe('A\\xe9B\\xc0\\x80');
  });
  it('marks what reorders text', () => {
    expect(shown(b.pieces(bytes('a\u202eb\u200b'), [], []))).toBe('a⟨U+202E⟩b⟨U+200B⟩');
  });
  it('ends at cuts', () => {
    const p = b.pieces(bytes('MSG 1'), [0, 3, 4, 5], []);
    expect(p.map((x) => [x.start, x.end])).toEqual([
      [0, 3],
      [3, 4],
      [4, 5],
    ]);
  });
  it('keeps offsets over characters of several bytes', () => {
    expect(b.pieces(bytes('é€'), [2], []).map((x) => [x.start, x.end, x.text])).toEqual([
      [0, 2, 'é'],
      [2, 5, '€'],
    ]);
  });
  it('does not tell masked bytes', () => {
    expect(shown(b.pieces(bytes('key=abc;'), [], [{ start: 4, end: 7 }]))).toBe('key=•••;');
  });
  it('covers every byte of anything', () => {
    const all = Uint8Array.from({ length: 2048 }, (_, i) => (i * 197 + (i >> 3)) & 255);
    let at = 0;
    for (const p of b.pieces(all, [], [])) {
      expect(p.start).toBe(at);
      at = p.end;
    }
    expect(at).toBe(all.length);
  });
});

describe('utf8Length agrees with the platform', () => {
  test('on all pairs of bytes', () => {
    const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const valid = (bytes: Uint8Array) => {
      try {
        return typeof strict.decode(bytes) === 'string';
      } catch {
        return false;
      }
    };
    const wrong: string[] = []; // expected once: an expect a pair takes seconds
    for (let x = 0; x < 256; x++)
      for (let y = 0; y < 256; y += 5) {
        const two = Uint8Array.of(x, y);
        const n = b.utf8Length(two, 0);
        if (valid(n ? two.subarray(0, n) : two) !== n > 0) wrong.push(`${x} ${y}: ${n}`);
      }
    expect(wrong).toEqual([]);
  });
});

test('visible', () => {
  expect(b.visible('a\tb\u0000')).toBe('a→b␀');
  expect(b.visible('Alice \u202efun')).toBe('Alice ⟨U+202E⟩fun');
  expect(b.visible('plain ♥ ünï')).toBe('plain ♥ ünï');
});

test('hexRow splits in the middle and at cuts', () => {
  const runs = b.hexRow(bytes('MSG alice 148\r\n'), 0, 16, [3, 4, 9], []);
  expect(runs.map((r) => r.hex)).toEqual(['4d 53 47', '20', '61 6c 69 63', '65', '20 31 34 38 0d 0a']);
  expect(runs.map((r) => r.text).join('')).toBe('MSG alice 148··');
  expect(b.hexRow(bytes('secret'), 0, 8, [], [{ start: 2, end: 4 }]).map((r) => r.text)).toEqual([
    'se',
    '••',
    'et',
  ]);
});

test('copyAs', () => {
  const m = bytes('PNG "é"\r\n');
  expect(b.copyAs(m, 'hex')).toBe('50 4e 47 20 22 c3 a9 22 0d 0a');
  expect(b.copyAs(m, 'go')).toBe('[]byte("PNG \\"\\xc3\\xa9\\"\\r\\n")');
  expect(b.copyAs(m, 'python')).toBe('b"PNG \\"\\xc3\\xa9\\"\\r\\n"');
  expect(b.copyAs(m, 'text')).toBe('PNG "é"\r\n');
  expect(b.copyAs(m, 'base64')).toBe('UE5HICLDqSINCg==');
  expect(b.copyAs(m, 'text', [{ start: 0, end: 3 }])).toBe('*** "é"\r\n');
  expect(b.fromBase64('UE5HICLDqSINCg==')).toEqual(m);
});

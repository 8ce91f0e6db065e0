// This file is how messages of 2001 look on today's screens: their colours and
// fonts.

/** How a message wants to look. */
export interface Look {
  font?: string;
  effects?: string; // of B I U S
  colour?: string; // "#rrggbb"
  charset?: string;
  pitch?: string;
  rtl?: boolean;
  raw?: string;
}

export type RGB = [r: number, g: number, b: number];

/** "#c000c0" or "rgb(15, 20, 26)" as numbers; null if it is neither. */
export function parseColour(s: string): RGB | null {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(s);
  if (hex) return [parseInt(hex[1], 16), parseInt(hex[2], 16), parseInt(hex[3], 16)];
  const rgb = /^rgba?\((\d+), (\d+), (\d+)/.exec(s);
  return rgb ? [Number(rgb[1]), Number(rgb[2]), Number(rgb[3])] : null;
}

// Relative luminance and contrast as in WCAG 2.
function luminance(c: RGB): number {
  const [r, g, b] = c.map((v) => {
    const s = v / 255;
    return s <= 0.04045 ? s / 12.92 : ((s + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function contrast(a: RGB, b: RGB): number {
  const [x, y] = [luminance(a), luminance(b)].sort((p, q) => q - p);
  return (x + 0.05) / (y + 0.05);
}

function mix(c: RGB, to: RGB, share: number): RGB {
  return c.map((v, i) => Math.round(v + (to[i] - v) * share)) as RGB;
}

const GREY = 24; // difference of the parts of a colour up to which it is none
const VANISHED = 2; // contrast below which a colour is that of the ground
const PLAIN = 13; // contrast of plain text

/** The colour nearest to c, lighter or darker, that can be read on bg, and on bg under the pointer. */
export function readable(c: RGB, bg: RGB, ratio = 5.2): RGB {
  if (contrast(c, bg) >= ratio) return c;
  // Black on white was no colour but the plain text: it is plain text here too.
  if (Math.max(...c) - Math.min(...c) <= GREY && contrast(c, bg) < VANISHED) ratio = PLAIN;
  const to: RGB = luminance(bg) > 0.18 ? [0, 0, 0] : [255, 255, 255];
  let [low, high] = [0, 1];
  for (let i = 0; i < 10; i++) {
    const half = (low + high) / 2;
    if (contrast(mix(c, to, half), bg) >= ratio) high = half;
    else low = half;
  }
  return mix(c, to, high);
}

export function hexOf(c: RGB): string {
  return '#' + c.map((v) => v.toString(16).padStart(2, '0')).join('');
}

// What stands in for the fonts of the time where they are not installed.
const FALLBACK: Record<string, string> = {
  'ms shell dlg': 'Tahoma, "DejaVu Sans"',
  'ms shell dlg 2': 'Tahoma, "DejaVu Sans"',
  'ms sans serif': 'Tahoma, Arial, "Liberation Sans"',
  'microsoft sans serif': 'Tahoma, Arial, "Liberation Sans"',
  tahoma: 'Verdana, "DejaVu Sans"',
  verdana: '"DejaVu Sans"',
  arial: 'Helvetica, "Liberation Sans"',
  'times new roman': 'Tinos, "Liberation Serif", serif',
  georgia: 'Gelasio, serif',
  'courier new': '"Liberation Mono", monospace',
  'lucida console': '"DejaVu Sans Mono", monospace',
  fixedsys: '"DejaVu Sans Mono", monospace',
  'comic sans ms': '"Comic Sans", "Comic Neue", "Chalkboard SE", cursive',
  'lucida handwriting': '"Apple Chancery", cursive',
  'monotype corsiva': '"Apple Chancery", cursive',
};

/** The font-family for a font that a message names; its family by PF where the font is not known. */
export function fontStack(look: Look): string {
  const name = (look.font ?? '').trim();
  const safe = name.length <= 64 && /^[\p{L}\p{N} ._-]+$/u.test(name);
  const generic = /Roman/.test(look.pitch ?? '')
    ? 'serif'
    : /Modern|fixed/.test(look.pitch ?? '')
      ? 'monospace'
      : /Script/.test(look.pitch ?? '')
        ? 'cursive'
        : 'sans-serif';
  const list = [];
  if (safe) list.push(`"${name}"`);
  const known = FALLBACK[name.toLowerCase()];
  if (known) list.push(known);
  if (!known || !/serif|monospace|cursive/.test(known)) list.push(generic);
  return list.join(', ');
}

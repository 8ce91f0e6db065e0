// This file writes a ladder as an SVG file that needs nothing else: no script,
// no font, no network; every text of a peer is escaped.

import type { Bracket, Figure } from './ladder';

const TINTS = ['auth', 'presence', 'lists', 'chat', 'control', 'error', 'note', 'gap', 'plain'] as const;

/** Colours by name, for light and dark. */
export interface Palette {
  light: Record<string, string>;
  dark: Record<string, string>;
}

/** "light-dark(#fff, #000)" of the page's custom properties -> a palette. */
export function paletteOf(property: (name: string) => string): Palette {
  const of: Record<string, string> = {
    bg: '--bg',
    fg: '--fg',
    muted: '--muted',
    edge: '--edge',
    warn: '--warn',
    auth: '--auth',
    presence: '--presence',
    lists: '--lists',
    chat: '--accent',
    control: '--muted',
    error: '--err',
    note: '--muted',
    gap: '--warn',
    plain: '--fg',
  };
  const p: Palette = { light: {}, dark: {} };
  for (const [name, prop] of Object.entries(of)) {
    const m = /light-dark\(\s*(#[0-9a-f]+)\s*,\s*(#[0-9a-f]+)\s*\)/i.exec(property(prop));
    p.light[name] = m?.[1] ?? (name === 'bg' ? '#fff' : '#17202b');
    p.dark[name] = m?.[2] ?? (name === 'bg' ? '#0f141a' : '#e2e9f1');
  }
  return p;
}

/** A text inside an XML file: markup escaped, and without what XML forbids. */
export function escaped(s: string): string {
  return s
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/g, '\ufffd')
    .replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd')
    .replace(/[<>&"']/g, (c) => `&#${c.charCodeAt(0)};`);
}

const HEAD = 34; // px for the names of the lanes

/** The file. */
export function svgOf(f: Figure, palette: Palette, title: string): string {
  const out: string[] = [];
  const n = (v: number) => String(Math.round(v * 10) / 10);
  const line = (x1: number, y1: number, x2: number, y2: number, cls: string) =>
    out.push(`<path class="${cls}" d="M${n(x1)} ${n(y1)}L${n(x2)} ${n(y2)}"/>`);
  const text = (x: number, y: number, s: string, cls: string, anchor = '') =>
    out.push(
      `<text class="${cls}" x="${n(x)}" y="${n(y)}"${anchor && ` text-anchor="${anchor}"`}>${escaped(s)}</text>`,
    );
  const h = f.height + HEAD + 8;
  out.push(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${n(f.width)} ${n(h)}" width="${n(f.width)}" height="${n(h)}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${style(palette)}</style>`,
    `<rect class="bg" width="100%" height="100%"/>`,
  );
  for (const l of f.lanes) text(l.x, 20, l.label, 'head', 'middle');
  out.push(`<g transform="translate(0 ${HEAD})">`);
  for (const l of f.lanes) {
    line(l.x, 0, l.x, f.height, 'life');
    for (const [a, b] of l.open) line(l.x, a, l.x, b, 'open');
  }
  for (const t of f.ticks) text(4, t.y + 4, t.text, 'small');
  for (const b of f.breaks) {
    line(4, b.y, f.width - 8, b.y, 'break');
    text(4, b.y + 4, b.text, 'small gap');
  }
  for (const b of f.brackets) out.push(`<path class="bracket" d="${bracketPath(b, f.height)}"/>`);
  for (const l of f.links) {
    const [a, b] = [Math.max(0, l.y1), Math.min(f.height, l.y2)];
    out.push(
      `<path class="link" d="M${n(l.x1)} ${n(a)}H${n(l.x2)}V${n(b)}"><title>${escaped(l.text)}</title></path>`,
    );
  }
  for (const m of f.marks) {
    out.push(`<g class="${m.cls}"><title>${escaped(m.words)}</title>`);
    for (const l of m.lines) line(l.x1, m.y, l.x2, m.y, l.dashed ? 'line dashed' : 'line');
    for (const a of m.heads) out.push(`<path class="arrow" d="${headPath(a.x, m.y, a.right)}"/>`);
    if (m.label) text(m.labelX, m.y - 4, m.label, 'label', m.end ? 'end' : '');
    if (m.latency) text(m.latencyX, m.y - 4, m.latency, 'small', m.latencyX > m.labelX ? 'end' : '');
    if (m.change?.icon) text(m.change.x, m.y + 4, m.change.icon, 'change', 'middle');
    out.push('</g>');
  }
  out.push('</g></svg>');
  return out.join('\n') + '\n';
}

/** The path of an arrow's head with its point at x. */
export function headPath(x: number, y: number, right: boolean): string {
  const d = right ? -7 : 7;
  return `M${x} ${y}l${d} -4v8z`;
}

function style(p: Palette): string {
  const colours = (c: Record<string, string>) =>
    `.bg{fill:${c.bg}}.head,.label{fill:${c.fg}}.small{fill:${c.muted}}.life,.open,.bracket{stroke:${c.edge}}` +
    `.break{stroke:${c.warn}}.gap.small,.change{fill:${c.warn}}.link{stroke:${c.auth}}` +
    `.head,.label,.small,.change{stroke:${c.bg}}` +
    TINTS.map((t) => `.${t} .line{stroke:${c[t]}}.${t} .arrow{fill:${c[t]}}`).join('') +
    `.error .label{fill:${c.error}}.note .label{fill:${c.note}}`;
  return (
    `text{font:11px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;paint-order:stroke;stroke-width:3px}` +
    `.head{font:600 12px system-ui,sans-serif}path{fill:none;stroke-width:1.4}.arrow{stroke:none}` +
    `.life{stroke-dasharray:2 4}.break{stroke-dasharray:1 3}.dashed{stroke-dasharray:4 3}.link{stroke-dasharray:1 3;stroke-width:2}` +
    colours(p.light) +
    `@media(prefers-color-scheme:dark){${colours(p.dark)}}`
  );
}

/** The path of a bracket: from the request down to the last answer, with a stroke to the client at each. */
export function bracketPath(b: Bracket, height: number): string {
  const last = Math.min(height, b.ys[b.ys.length - 1] ?? b.top);
  const start = b.known ? `M${b.to} ${b.top}H${b.x}` : `M${b.x} ${Math.max(0, b.top)}`;
  return `${start}V${last}` + b.ys.map((y) => (y <= height ? `M${b.x} ${y}H${b.to}` : '')).join('');
}

// This file describes the columns of the event table: which there are, in what
// order and how wide, as the settings and the address tell it ("num,time:110,cmd").

export interface Column {
  id: string;
  label: string; // as in the list of columns
  head: string; // as above the table
  width: number; // px
  right: boolean; // numbers
  grow: number; // share of the room that is left
}

export const COLUMNS: Column[] = [
  { id: 'icon', label: 'Mark', head: '', width: 22, right: false, grow: 0 },
  { id: 'num', label: 'Number', head: '#', width: 64, right: true, grow: 0 },
  { id: 'sess', label: 'Session', head: 'Sess.', width: 44, right: true, grow: 0 },
  { id: 'time', label: 'Time', head: 'Time', width: 96, right: false, grow: 0 },
  { id: 'gap', label: 'Gap to the row above', head: 'Δ', width: 60, right: true, grow: 0 },
  { id: 'dir', label: 'Direction', head: 'Dir', width: 36, right: false, grow: 0 },
  { id: 'conn', label: 'Connection', head: 'Conn', width: 40, right: false, grow: 0 },
  { id: 'cmd', label: 'Command', head: 'Cmd', width: 44, right: false, grow: 0 },
  { id: 'trid', label: 'TrID', head: 'TrID', width: 56, right: true, grow: 0 },
  { id: 'acc', label: 'Account', head: 'Account', width: 158, right: false, grow: 0 },
  { id: 'text', label: 'Summary', head: 'Summary', width: 200, right: false, grow: 1 },
  { id: 'size', label: 'Size', head: 'Size', width: 46, right: true, grow: 0 },
  { id: 'lat', label: 'Latency', head: 'Latency', width: 68, right: true, grow: 0 },
];

const BY_ID = new Map(COLUMNS.map((c) => [c.id, c]));
export const NARROWEST = 18; // px
export const WIDEST = 900;

/** A column as it is shown: custom, if the reader has given it a width. */
export interface Shown extends Column {
  custom: boolean;
}

/** "num,time:110" -> columns; anything unknown is passed over, "" are all. */
export function parseColumns(text: string): Shown[] {
  const out: Shown[] = [];
  for (const word of text.split(',')) {
    const [id, px] = word.split(':');
    const c = BY_ID.get(id);
    if (!c || out.some((o) => o.id === id)) continue;
    const width = Math.round(Number(px));
    const custom = px !== undefined && width >= NARROWEST;
    out.push({ ...c, custom, width: custom ? Math.min(width, WIDEST) : c.width });
  }
  return out.length ? out : COLUMNS.map((c) => ({ ...c, custom: false }));
}

/** The columns as a word for the settings and the address; "" for the usual ones. */
export function formatColumns(list: Shown[]): string {
  const text = list.map((c) => (c.custom ? `${c.id}:${c.width}` : c.id)).join(',');
  return text === COLUMNS.map((c) => c.id).join(',') ? '' : text;
}

/** With column id as wide as px. */
export function resized(list: Shown[], id: string, px: number): Shown[] {
  const width = Math.max(NARROWEST, Math.min(WIDEST, Math.round(px)));
  return list.map((c) => (c.id === id ? { ...c, width, custom: true } : c));
}

/** With column id at the place of the column before. */
export function moved(list: Shown[], id: string, to: number): Shown[] {
  const from = list.findIndex((c) => c.id === id);
  if (from < 0) return list;
  const rest = list.filter((c) => c.id !== id);
  rest.splice(Math.max(0, Math.min(rest.length, to)), 0, list[from]);
  return rest;
}

/** Without column id, or with it at its usual place. One column always stays. */
export function toggled(list: Shown[], id: string): Shown[] {
  if (list.some((c) => c.id === id)) return list.length > 1 ? list.filter((c) => c.id !== id) : list;
  const c = BY_ID.get(id);
  if (!c) return list;
  const rank = COLUMNS.findIndex((x) => x.id === id);
  const at = list.findIndex((x) => COLUMNS.findIndex((y) => y.id === x.id) > rank);
  const out = [...list];
  out.splice(at < 0 ? out.length : at, 0, { ...c, custom: false });
  return out;
}

// What goes first where there is little room.
const GIVE_UP: [below: number, ids: string[]][] = [
  [860, ['gap', 'size']],
  [820, ['acc']], // summaries name the account
  [640, ['conn', 'sess']],
  [480, ['trid', 'lat', 'num']],
];

/** The columns for a table of that width; hide names those that would say nothing. */
export function fitting(list: Shown[], width: number, hide: string[]): Shown[] {
  const gone = new Set(hide);
  for (const [below, ids] of GIVE_UP) if (width < below) for (const id of ids) gone.add(id);
  const left = list.filter((c) => !gone.has(c.id));
  return left.length ? left : list.slice(0, 1);
}

const DIGIT = 7.3; // px of a digit of an event's number

/** The tracks of a CSS grid for the columns; digits of the longest number that has been shown. */
export function tracks(list: Shown[], narrow: boolean, digits = 8): string {
  const grows = list.some((c) => c.grow && !c.custom);
  return list
    .map((c, i) => {
      if (c.custom) return `minmax(${NARROWEST}px, ${c.width}px)`;
      if (c.grow || (!grows && i === list.length - 1)) return 'minmax(90px, 1fr)';
      if (c.id === 'acc') return `minmax(90px, ${narrow ? 132 : c.width + 10}px)`;
      if (c.id === 'num') return `${Math.min(c.width, Math.ceil(Math.max(4, digits) * DIGIT))}px`;
      return `${narrow && c.id === 'icon' ? 16 : c.width}px`;
    })
    .join(' ');
}

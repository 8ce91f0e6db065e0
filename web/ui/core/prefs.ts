// This file keeps the reader's settings in the browser. Without storage (a
// private window, say) they last as long as the page.

import type { TimeMode } from './router';

export type Theme = 'auto' | 'light' | 'dark';

export interface Prefs {
  theme: Theme;
  singleKeys: boolean; // single letters as keys
  time: TimeMode;
  split: number; // share of the detail pane, percent
  timeline: boolean; // the strip above the events
  wrap: boolean; // long lines of the raw view
  detailTab: string;
  sessionSort: string; // column, '-' before it: the greatest first
  chatFonts: boolean; // messages in their fonts and colours
  chatExact: boolean; // colours as they were, on white
  chatEmoticons: boolean; // as pictures
  chatRaw: boolean; // handles beside names
  filters: string[]; // history, newest first
  saved: string[]; // filters kept with the star, oldest first
  cols: string; // columns of the table (core/columns.ts), "": the usual ones
  roomy: boolean; // rows of 30 px
}

const KEY = 'msnscope';
const MAX_FILTERS = 50;

export const defaults: Prefs = {
  theme: 'auto',
  singleKeys: true,
  time: 'local',
  split: 38,
  timeline: true,
  wrap: true,
  detailTab: 'decoded',
  sessionSort: '',
  chatFonts: true,
  chatExact: false,
  chatEmoticons: true,
  chatRaw: false,
  filters: [],
  saved: [],
  cols: '',
  roomy: false,
};

export function load(storage: Pick<Storage, 'getItem'> | null): Prefs {
  try {
    const p = JSON.parse(storage?.getItem(KEY) ?? '{}') as Partial<Prefs>;
    const out = { ...defaults };
    for (const k of Object.keys(defaults) as (keyof Prefs)[]) {
      if (typeof p[k] === typeof defaults[k]) (out as Record<string, unknown>)[k] = p[k];
    }
    out.filters = texts(out.filters);
    out.saved = texts(out.saved);
    return out;
  } catch {
    return { ...defaults };
  }
}

function texts(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((f) => typeof f === 'string').slice(0, MAX_FILTERS) : [];
}

export function save(storage: Pick<Storage, 'setItem'> | null, p: Prefs): void {
  try {
    storage?.setItem(KEY, JSON.stringify(p));
  } catch {
    // full or forbidden: the settings last as long as the page
  }
}

/** The history with q as its newest. */
export function remember(filters: string[], q: string): string[] {
  q = q.trim();
  return q ? [q, ...filters.filter((f) => f !== q)].slice(0, MAX_FILTERS) : filters;
}

/** The saved filters with q among them, or without it if it was. */
export function toggleSaved(saved: string[], q: string): string[] {
  return saved.includes(q) ? saved.filter((f) => f !== q) : [...saved, q].slice(-MAX_FILTERS);
}

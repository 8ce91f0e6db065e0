// This file puts sessions in order and names their state.

import type { Session } from './protocol';

export type Column =
  | 'state'
  | 'id'
  | 'account'
  | 'name'
  | 'started'
  | 'duration'
  | 'client'
  | 'server'
  | 'events'
  | 'chats'
  | 'bytes'
  | 'errors'
  | 'notes';

/** How a session stands: a word, and the class of its dot. */
export function standing(s: Session): [cls: string, word: string] {
  if (s.live) return ['ok', 'live'];
  if (s.errors > 0 && !s.name) return ['problem', 'failed']; // an error, and nobody signed in
  if (s.imported) return ['muted', 'imported'];
  return ['muted', 'closed'];
}

const KEYS: Record<Column, (s: Session) => string | number> = {
  state: (s) => standing(s)[1],
  id: (s) => s.id,
  account: (s) => s.account.toLowerCase(),
  name: (s) => s.name.toLowerCase(),
  started: (s) => s.started,
  duration: (s) => (s.live ? Infinity : s.ended - s.started),
  client: (s) => s.client,
  server: (s) => s.server,
  events: (s) => s.events,
  chats: (s) => s.chats,
  bytes: (s) => s.bytes,
  errors: (s) => s.errors,
  notes: (s) => (s.pinned ? '\u0001' : '') + (s.label || s.note || '\uffff').toLowerCase(),
};

/** Sessions by a column, "-column" the other way; "" as they matter: live ones, then the newest. */
export function sorted(list: readonly Session[], by: string): Session[] {
  const down = by.startsWith('-');
  const key = KEYS[(down ? by.slice(1) : by) as Column] as ((s: Session) => string | number) | undefined;
  if (!key) return [...list].sort((a, b) => Number(b.live) - Number(a.live) || b.id - a.id);
  return [...list].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    const order = x < y ? -1 : x > y ? 1 : 0;
    return (down ? -order : order) || b.id - a.id;
  });
}

/** The order after another click on a column's head. */
export function nextSort(by: string, column: Column): string {
  if (by === column) return `-${column}`;
  return by === `-${column}` ? '' : column;
}

/** What a column says to a screen reader of its order. */
export function ariaSort(by: string, column: Column): 'ascending' | 'descending' | undefined {
  return by === column ? 'ascending' : by === `-${column}` ? 'descending' : undefined;
}

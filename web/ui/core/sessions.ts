// This file names the states of sessions, and the orders in which the server puts
// them.

import type { Session } from './protocol';

/** By what sessions can be sorted: see web/sessionorder.go. */
export const COLUMNS = [
  'state',
  'id',
  'account',
  'name',
  'started',
  'duration',
  'client',
  'server',
  'events',
  'chats',
  'bytes',
  'errors',
  'notes',
] as const;
export type Column = (typeof COLUMNS)[number];

/** An order that there is: what was kept may be of another version. "" is as they matter. */
export function order(by: string): string {
  return (COLUMNS as readonly string[]).includes(by.replace(/^-/, '')) ? by : '';
}

/** How a session stands: a word, and the class of its dot. */
export function standing(s: Session): [cls: string, word: string] {
  if (s.live) return ['ok', 'live'];
  if (s.errors > 0 && !s.name) return ['problem', 'failed']; // an error, and nobody signed in
  if (s.imported) return ['muted', 'imported'];
  return ['muted', 'closed'];
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

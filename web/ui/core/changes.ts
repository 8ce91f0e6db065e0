// This file says what the proxy did to an event, by the flags of its row or by
// the name of its note.

import { Flag } from './protocol';

export interface Change {
  icon: string;
  words: string;
}

/** Notes of what the proxy did to commands. */
export const NOTED: Record<string, Change> = {
  held: { icon: '⏸', words: 'held by the proxy' },
  dropped: { icon: '✕', words: 'dropped by the proxy' },
  injected: { icon: '＋', words: 'injected by the proxy' },
  edited: { icon: '✎', words: 'edited by the proxy' },
};

/** What the proxy did to a command; null if it came through as it was. */
export function changeOf(flags: number, cmd: string): Change | null {
  if (flags & Flag.dropped) return NOTED.dropped;
  if (flags & Flag.injected) return NOTED.injected;
  if (!(flags & Flag.rewritten)) return null;
  // Addresses in redirects are the proxy's own business, not the reader's.
  return cmd === 'XFR' || cmd === 'RNG' ? { icon: '✎', words: 'rewritten by the proxy' } : NOTED.edited;
}

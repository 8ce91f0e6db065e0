// This file lists what can be done on the list of sessions: for the keys, the
// command palette and the help.

import { app } from '../app.svelte';
import { sessionId } from '../core/format';
import type { Action } from '../core/keys';
import type { Session } from '../core/protocol';
import { marked } from './marked.svelte';

/** Something that is done with one session. */
export interface Entry {
  id: string;
  label: string;
  keys: string;
  run: (s: Session) => void;
}

/** at: the session whose row has or had the focus, 0: none; current: that, or the first. */
export function sessionActions(
  step: (n: number) => void,
  entries: Entry[],
  at: number,
  current: Session | undefined,
): Action[] {
  const any = () => (app.sum?.total ?? 0) > 0;
  const all: Omit<Action, 'group'>[] = [
    { id: 'down', label: 'Next session', keys: ['j', 'ArrowDown'], when: any, run: () => step(1) },
    { id: 'up', label: 'Previous session', keys: ['k', 'ArrowUp'], when: any, run: () => step(-1) },
    ...entries.map((e) => ({
      id: e.id,
      label: `${e.label} (session ${current ? sessionId(current.id) : ''})`,
      keys: [e.keys],
      when: () => current !== undefined,
      run: () => current && e.run(current),
    })),
    {
      id: 'mark',
      label: 'Mark the session, to compare it',
      keys: ['Space'],
      when: () => at !== 0,
      run: () => marked.toggle(at),
    },
    { id: 'compare', label: 'Compare the two marked sessions', keys: ['c'], run: () => marked.compare(at) },
  ];
  return all.map((a) => ({ ...a, group: 'Sessions' }));
}

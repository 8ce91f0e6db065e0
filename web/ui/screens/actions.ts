// This file lists what can be done on the events screen: for the keys, the
// command palette and the help.

import { app } from '../app.svelte';
import type { Action } from '../core/keys';
import { WORDS } from '../core/marks';
import { toggleSaved } from '../core/prefs';
import { home, MODES } from '../core/router';
import type { DialogName } from './dialogs';
import type { EventsModel } from './events.svelte';
import { marked } from './marked.svelte';

/** Terms of the quick chips. */
export const KEEP_ALIVES = '-cmd:(PNG, QNG)';
export const ERRORS = 'is:error';
export const MARKED = 'is:marked';
export const UNANSWERED = 'is:unanswered';

const TOLD = {
  utc: 'UTC',
  session: 'since the start of the session',
  selected: 'since the selected event',
  prev: 'since the row above',
};

/** What the screen itself does. */
interface Screen {
  filter(): void;
  copy(): void;
  note(): void;
  chip(term: string): void;
  open(d: DialogName): void;
  ladder(): void;
  value(without: boolean): void;
  neighbour(step: 1 | -1): void;
  explain(): void;
  find(step: 1 | -1): void;
  unfind(): boolean; // closes the find box, if it is there
}

export function eventActions(model: EventsModel, screen: Screen): Action[] {
  const all: Omit<Action, 'group'>[] = [
    { id: 'filter', label: 'Filter', keys: ['/'], run: screen.filter },
    { id: 'down', label: 'Next row', keys: ['j', 'ArrowDown'], run: () => model.move(1) },
    { id: 'up', label: 'Previous row', keys: ['k', 'ArrowUp'], run: () => model.move(-1) },
    { id: 'first', label: 'First event', keys: ['g'], run: () => void model.first() },
    { id: 'last', label: 'Last event, and follow', keys: ['G', 'End'], run: () => void model.last() },
    {
      id: 'follow',
      label: 'Follow new events, or stop',
      keys: ['f'],
      when: () => model.live,
      run: () => model.setFollow(!model.follow),
    },
    {
      id: 'freeze',
      label: 'Freeze the view, or go on',
      keys: ['F'],
      run: () => model.setFrozen(model.frozen === null),
    },
    { id: 'find', label: 'Find in the rows; next match', keys: ['n'], run: () => screen.find(1) },
    { id: 'findback', label: 'Previous match', keys: ['N'], run: () => screen.find(-1) },
    { id: 'nexterr', label: 'Next error', keys: ['e'], run: () => void model.goError(1) },
    { id: 'preverr', label: 'Previous error', keys: ['E'], run: () => void model.goError(-1) },
    { id: 'partner', label: 'Partner: request or answer', keys: ['p'], run: () => model.goPartner() },
    { id: 'jump', label: 'Go to an event or a time', keys: ["'"], run: () => screen.open('jump') },
    {
      id: 'nextsame',
      label: 'Next event of this chat or contact',
      keys: [']'],
      run: () => screen.neighbour(1),
    },
    {
      id: 'prevsame',
      label: 'Previous event of this chat or contact',
      keys: ['['],
      run: () => screen.neighbour(-1),
    },
    {
      id: 'with',
      label: 'Only events with the value under the pointer, or one to choose',
      keys: ['+'],
      run: () => screen.value(false),
    },
    { id: 'without', label: 'Leave out events with that value', keys: ['-'], run: () => screen.value(true) },
    { id: 'ladder', label: 'The ladder beside the table, or not', keys: ['l'], run: screen.ladder },
    { id: 'export', label: 'Export', keys: ['x'], run: () => screen.open('export') },
    { id: 'explainthis', label: 'Explain this command', keys: ['i'], run: screen.explain },
    { id: 'columns', label: 'Columns', run: () => screen.open('columns') },
    { id: 'roomy', label: 'Taller rows, or not', run: () => app.savePrefs({ roomy: !app.prefs.roomy }) },
    { id: 'pickall', label: 'Select all rows', run: () => model.picks.all() },
    {
      id: 'save',
      label: 'Keep this filter, or forget it',
      when: () => app.route.q !== '',
      run: () => app.savePrefs({ saved: toggleSaved(app.prefs.saved, app.route.q) }),
    },
    ...app.prefs.saved.map((q, i) => ({
      id: `saved${i}`,
      label: `Filter ★ ${q}`,
      run: () => model.setFilter(q, 'push'),
    })),
    { id: 'time', label: 'Change how times are told', keys: ['T'], run: cycleTime },
    {
      id: 'detail',
      label: 'Into the detail',
      keys: ['Enter'],
      when: () => document.activeElement?.id === 'events',
      run: () => intoDetail(model),
    },
    {
      id: 'copyvalue',
      label: 'Copy the value of the cell',
      keys: ['y'],
      when: () => (model.table?.cell() ?? '') !== '',
      run: () => void app.copy(model.table!.cell(), 'Value copied'),
    },
    {
      id: 'leave',
      label: 'Back to the table, clear the selection',
      keys: ['Escape'],
      run: () => leave(model, screen),
    },
    { id: 'copy', label: 'Copy the event', keys: ['Y'], when: () => model.sel !== 0, run: screen.copy },
    {
      id: 'mark',
      label: 'Mark the event, or take the mark away',
      keys: ['b'],
      when: () => model.sel !== 0,
      run: () => void model.mark('star'),
    },
    ...WORDS.slice(1).map((w) => ({
      id: `mark-${w}`,
      label: `Mark the event ${w}`,
      when: () => model.sel !== 0,
      run: () => void model.mark(w),
    })),
    { id: 'note', label: 'Note on the event', keys: ['m'], when: () => model.sel !== 0, run: screen.note },
    { id: 'marked', label: 'Only marked events, or all', run: () => screen.chip(MARKED) },
    {
      id: 'compare',
      label: 'Compare this session with …',
      keys: ['c'],
      when: () => app.route.session !== 0,
      run: () => marked.compareOne(app.route.session),
    },
    {
      id: 'replay',
      label: 'Replay this session …',
      when: () => app.route.session !== 0,
      run: () => app.go({ ...home, screen: 'replay', session: app.route.session }),
    },
    {
      id: 'timeline',
      label: 'Show or hide the timeline',
      run: () => app.savePrefs({ timeline: !app.prefs.timeline }),
    },
    { id: 'keepalives', label: 'Hide or show keep-alives', run: () => screen.chip(KEEP_ALIVES) },
    {
      id: 'unanswered',
      label: 'Only requests without an answer, or all',
      run: () => screen.chip(UNANSWERED),
    },
    { id: 'errors', label: 'Only errors, or all', run: () => screen.chip(ERRORS) },
    {
      id: 'clear',
      label: 'Clear the filter',
      when: () => app.route.q !== '',
      run: () => model.setFilter('', 'push'),
    },
    ...['decoded', 'raw', 'hex', 'payload'].map((tab, i) => ({
      id: `tab-${tab}`,
      label: `Show ${tab}`,
      keys: [`Alt+${i + 1}`],
      run: () => app.savePrefs({ detailTab: tab }),
    })),
  ];
  return all.map((a) => ({ ...a, group: 'Events' }));
}

function cycleTime(): void {
  const next = MODES[(MODES.indexOf(app.route.time ?? app.prefs.time) + 1) % MODES.length];
  app.savePrefs({ time: next });
  app.go({ time: null }, 'replace');
  app.tell(`Times: ${{ ...TOLD, local: 'local time' }[next]}`);
}

/** Puts the focus into the detail of the selected event. */
export function intoDetail(model: EventsModel): void {
  if (!model.sel && model.rows) model.move(0);
  setTimeout(() => document.querySelector<HTMLElement>('#detail [role=tab][aria-selected=true]')?.focus());
}

// Escape goes one step back: to the table, out of the freeze, out of the selection.
function leave(model: EventsModel, screen: Screen): void {
  if (document.activeElement?.id !== 'events') model.table?.focus();
  else if (model.table?.leaveCell() || screen.unfind()) return;
  else if (model.picks.size) model.picks.clear();
  else if (model.frozen !== null) model.setFrozen(false);
  else if (model.sel) model.clear();
}

// This file lists the parts of the events screen that are loaded when they are
// first wanted.

import Jump from '../parts/Jump.svelte';

export const dialogs = {
  detail: () => import('../parts/Detail.svelte'),
  // Not later: what is typed right after its key belongs into it.
  jump: () => Promise.resolve({ default: Jump }),
  export: () => import('../parts/Export.svelte'),
  columns: () => import('../parts/Columns.svelte'),
  values: () => import('../parts/Values.svelte'),
  note: () => import('../parts/NoteDialog.svelte'),
  strip: () => import('../parts/Strip.svelte'),
  picked: () => import('../parts/PickBar.svelte'),
  ladder: () => import('../parts/LadderPane.svelte'),
};

/** Dialogs that the keys and the palette open. */
export type DialogName = 'jump' | 'export' | 'columns' | 'with' | 'without';

// This file keeps the reader's columns: those of the address, or else those of
// the settings.

import { app } from '../app.svelte';
import { formatColumns, parseColumns, type Shown } from '../core/columns';

export function shownColumns(): Shown[] {
  return parseColumns(app.route.cols || app.prefs.cols);
}

/** Shows these columns from now on; an address that names columns goes on to tell which. */
export function setColumns(list: Shown[]): void {
  const cols = formatColumns(list);
  app.savePrefs({ cols });
  if (app.route.cols) app.go({ cols }, 'replace');
}

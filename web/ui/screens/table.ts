// This file is what the model of the events and their table know of each other.

/** What of the rows is in sight; the ladder beside the table shows the same. */
export interface Window {
  first: number;
  last: number;
  offset: number; // px by which the first row is scrolled out
  height: number;
  row: number; // px a row
}

/** The part of the table that the model moves. */
export interface Table {
  toRow(i: number): void;
  toEnd(): void;
  place(i: number, row: number): void;
  /** First row on screen, how many fit, and whether the end is in sight. */
  seen(): { first: number; fit: number; atEnd: boolean };
  paint(): void;
  focus(): void;
  /** Scrolls by so many px, as a wheel does. */
  by(px: number): void;
  /** The value of the chosen cell or under the pointer, as a field and a value of the filter. */
  value(): [field: string, value: string] | null;
  /** The text of the chosen cell, "" if none is. */
  cell(): string;
  /** Leaves the cells for the row; false if none was chosen. */
  leaveCell(): boolean;
}

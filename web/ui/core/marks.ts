// This file changes what users add to events and sessions, and deletes captures,
// over the server's API.

import type { Marked, Session } from './protocol';

/** Words for a mark that the page offers. */
export const WORDS = ['star', 'red', 'orange', 'yellow', 'green', 'blue', 'purple'] as const;

/** What was refused, and why. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly note?: string, // what a note is now, if somebody else changed it
  ) {
    super(message);
  }
}

export interface Label {
  id: number;
  label: string;
  note: string;
  pinned: boolean;
}

/** A capture file of the store. */
export interface Capture {
  number: number;
  name: string;
  live: boolean;
  in_use: '' | 'recording' | 'importing';
  size: number;
  written: number;
  sessions: number;
  connections: number;
  events: number;
  marks: number;
  pinned: boolean;
}

/** The capture that a session lies in. */
export const captureOf = (session: number): number => Math.floor(session / 1_000_000);

async function ask<T>(method: string, path: string, body?: object): Promise<T> {
  let r: Response;
  try {
    r = await fetch(path, { method, body: body && JSON.stringify(body) });
  } catch {
    throw new Refused(0, 'msnscope cannot be reached');
  }
  const answer = await r.json().catch(() => ({}));
  if (!r.ok) throw new Refused(r.status, answer.error ?? `msnscope answered ${r.status}`, answer.note);
  return answer as T;
}

/** Changes what is added to an event; `was` is what the note is believed to be. */
export function putMark(id: number, change: { mark?: string; note?: string; was?: string }): Promise<Marked> {
  return ask('PUT', `/api/event/${id}/mark`, change);
}

export function putLabel(
  id: number,
  change: { label?: string; note?: string; pinned?: boolean; was?: string },
): Promise<Label> {
  return ask('PUT', `/api/session/${id}/label`, change);
}

export async function captures(): Promise<Capture[]> {
  return (await ask<{ list: Capture[] }>('GET', '/api/captures')).list;
}

/** The first sessions of a capture, and how many it has. */
export function sessionsOf(capture: number, n: number): Promise<{ total: number; list: Session[] }> {
  return ask('GET', `/api/sessions?capture=${capture}&n=${n}`);
}

export function deleteCapture(number: number): Promise<{ capture: string }> {
  return ask('DELETE', `/api/captures/${number}`);
}

/** What the table says of a row's mark, for those who see colours and those who do not. */
export function words(mark: string | undefined, note: string | undefined): string {
  const m = !mark ? '' : mark === 'star' ? 'marked' : `marked ${mark}`;
  return [m, note ? `note: ${note}` : ''].filter(Boolean).join('; ');
}

/** The class of a mark's colour. */
export function colour(mark: string | undefined): string {
  return (WORDS as readonly string[]).includes(mark ?? '') ? `m-${mark}` : 'm-star';
}

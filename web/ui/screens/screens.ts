// This file lists the screens: their keys and addresses in the navigation, and
// the code of those that are loaded when they are first opened, so that the
// events are there sooner.

import type { Component } from 'svelte';
import { nothing } from '../core/compareroute';
import { home, type Route } from '../core/router';

/** Where the reader is, for what a screen of one session opens. */
export interface Place {
  session: number; // looked at last, 0: none yet
  newest: number; // session, 0: there is none
  route: Route;
}

export interface Screen {
  key?: string; // in the navigation and the keys
  label: string;
  of?: 'session'; // shows what is looked at: a session, or all of them
  on: Route['screen'];
  to: (p: Place) => Partial<Route>;
}

export const screens: Screen[] = [
  { key: '1', label: 'Sessions', on: 'sessions', to: () => ({ ...home }) },
  {
    key: '2',
    label: 'Events',
    of: 'session',
    on: 'events',
    to: (p) => ({ ...home, screen: 'events', session: p.session }),
  },
  { key: '3', label: 'Chat', of: 'session', on: 'chat', to: (p) => ofSession('chat', p) },
  { key: '4', label: 'Contacts', of: 'session', on: 'contacts', to: (p) => ofSession('contacts', p) },
  {
    key: 'D',
    label: 'Files',
    of: 'session',
    on: 'files',
    to: (p) => ({ ...home, screen: 'files', session: p.session }),
  },
  { key: '5', label: 'Ladder', of: 'session', on: 'ladder', to: ladder },
  { key: '6', label: 'Stats', of: 'session', on: 'stats', to: stats },
  {
    label: 'Replay',
    of: 'session',
    on: 'replay',
    to: (p) => ({ ...home, screen: 'replay', session: p.session }),
  },
  { key: '7', label: 'Intercept', on: 'intercept', to: () => ({ ...home, screen: 'intercept' }) },
  { key: '8', label: 'Import', on: 'import', to: () => ({ ...home, screen: 'import' }) },
  { key: '9', label: 'Search', on: 'search', to: () => ({ ...home, screen: 'search' }) },
  { key: '0', label: 'Compare', on: 'compare', to: (p) => comparing(p) },
];

/** The ladder of what is looked at, with its filter, at the event that is selected. */
function ladder(p: Place): Partial<Route> {
  const event = p.route.session === p.session ? p.route.event : 0;
  return { ...home, screen: 'ladder', session: p.session, event, q: filterOf(p) };
}

/** The statistics of what is looked at: the session, or all of them. */
function stats(p: Place): Partial<Route> {
  return { ...home, screen: 'stats', session: p.session, q: filterOf(p) };
}

/** The filter of the rows that are looked at; other screens have filters of their own. */
function filterOf(p: Place): string {
  return p.route.screen === 'events' || p.route.screen === 'ladder' ? p.route.q : '';
}

/** The comparison that was on screen last, or one to be chosen for the session. */
function comparing(p: Place): Partial<Route> {
  const compare = p.route.compare ?? { ...nothing, a: p.session ? String(p.session) : '' };
  return { ...home, screen: 'compare', compare };
}

/** A screen of one session, at the event that is selected. */
function ofSession(screen: Route['screen'], p: Place): Partial<Route> {
  const session = p.session || p.newest;
  if (!session) return { ...home };
  return { ...home, screen, session, event: p.route.session === session ? p.route.event : 0 };
}

/** Screens in files of their own. */
export const lazy: Partial<Record<Route['screen'], () => Promise<{ default: Component }>>> = {
  sessions: () => import('./Sessions.svelte'),
  import: () => import('./Import.svelte'),
  search: () => import('./Search.svelte'),
  stats: () => import('./Stats.svelte'),
  chat: () => import('./Chat.svelte'),
  contacts: () => import('./Contacts.svelte'),
  help: () => import('./Help.svelte'),
  ladder: () => import('./Ladder.svelte'),
  compare: () => import('./Compare.svelte'),
  intercept: () => import('./Intercept.svelte'),
  files: () => import('./Files.svelte'),
  replay: () => import('./Replay.svelte'),
};

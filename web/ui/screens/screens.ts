// This file lists the screens: their keys and addresses in the navigation, and
// the code of those that are loaded when they are first opened, so that the
// events are there sooner.

import type { Component } from 'svelte';
import { home, type Route } from '../core/router';

/** Where the reader is, for what a screen of one session opens. */
export interface Place {
  session: number; // looked at last, 0: none yet
  newest: number; // session, 0: there is none
  route: Route;
}

export interface Screen {
  key: string;
  label: string;
  on: Route['screen'];
  to: (p: Place) => Partial<Route>;
}

export const screens: Screen[] = [
  { key: '1', label: 'Sessions', on: 'sessions', to: () => ({ ...home }) },
  { key: '2', label: 'Events', on: 'events', to: (p) => ({ ...home, screen: 'events', session: p.session }) },
  { key: '4', label: 'Contacts', on: 'contacts', to: (p) => ofSession('contacts', p) },
  {
    key: '5',
    label: 'Ladder',
    on: 'ladder',
    to: (p) => ({
      ...home,
      screen: 'ladder',
      session: p.session,
      event: p.route.session === p.session ? p.route.event : 0,
      q: p.route.q,
    }),
  },
];

/** A screen of one session, at the event that is selected. */
function ofSession(screen: Route['screen'], p: Place): Partial<Route> {
  const session = p.session || p.newest;
  if (!session) return { ...home };
  return { ...home, screen, session, event: p.route.session === session ? p.route.event : 0 };
}

/** Screens in files of their own. */
export const lazy: Partial<Record<Route['screen'], () => Promise<{ default: Component }>>> = {
  contacts: () => import('./Contacts.svelte'),
  help: () => import('./Help.svelte'),
  ladder: () => import('./Ladder.svelte'),
};

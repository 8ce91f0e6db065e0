// This file lists every screen, and what is to be seen there when it has come
// to rest: for the tests that walk through all of them.
import type { Page } from 'playwright-core';
import { at, type Running } from './lab';

export interface Place {
  name: string;
  path: string;
  ready: (page: Page) => Promise<unknown>;
}

const rows = (page: Page) => page.locator('#events .r .cmd', { hasText: /\S/ }).first().waitFor();
/** A session says above its events how the sign-in went. */
const session = async (page: Page) => {
  await rows(page);
  await page.getByRole('region', { name: 'Sign-in' }).waitFor();
};
const tab =
  (name: string, inside: string) =>
  async (page: Page): Promise<void> => {
    await rows(page);
    await page.locator('#detail').getByRole('tab', { name }).click();
    await page.locator(inside).first().waitFor();
  };

/** The screens of a store that holds the evening of evening.ts. */
export const evenings: Place[] = [
  { name: 'sessions', path: '/', ready: (p) => p.getByRole('link', { name: 'dave@hotmail.com' }).waitFor() },
  { name: 'events of all sessions', path: '/all', ready: rows },
  { name: 'events', path: '/s/1', ready: session },
  { name: 'an event', path: '/s/1/e/30', ready: tab('Decoded', '#detail dl, #detail table') },
  { name: 'an event raw', path: '/s/1/e/30', ready: tab('Raw', '#detail [role=tabpanel]') },
  { name: 'an event in hex', path: '/s/1/e/30', ready: tab('Hex', '#detail [role=tabpanel]') },
  { name: 'a message', path: '/all?q=cmd:MSG+"popcorn"', ready: firstRow },
  { name: 'a failed sign-in', path: '/s/2', ready: session },
  {
    name: 'nothing found',
    path: '/all?q="no such words"',
    ready: (p) => p.getByText('No event matches.').waitFor(),
  },
  { name: 'chat', path: '/s/1/chat', ready: (p) => p.getByText('popcorn').first().waitFor() },
  {
    name: 'contacts',
    path: '/s/1/contacts?at=50',
    ready: (p) => p.getByText('bob@hotmail.com').first().waitFor(),
  },
  { name: 'stats', path: '/all/stats', ready: (p) => p.getByText('Answers of NS').waitFor() },
  { name: 'import', path: '/import', ready: (p) => p.getByRole('heading', { level: 1 }).waitFor() },
  {
    name: 'search',
    path: '/search?q="cinema"',
    ready: (p) =>
      p
        .getByText(/shall we go/)
        .first()
        .waitFor(),
  },
  {
    name: 'compare',
    path: '/compare?a=1&b=3',
    ready: (p) => p.getByRole('region', { name: 'Result' }).waitFor(),
  },
  { name: 'files', path: '/s/1/files', ready: (p) => p.getByText('beach.jpg').first().waitFor() },
  { name: 'files of all sessions', path: '/all/files', ready: (p) => p.locator('h1').first().waitFor() },
  { name: 'ladder', path: '/s/1/ladder', ready: (p) => p.locator('.ladder .label').first().waitFor() },
  { name: 'help', path: '/help', ready: (p) => p.getByRole('heading', { level: 1 }).waitFor() },
  { name: 'no such page', path: '/nowhere', ready: (p) => p.getByText('There is no such page').waitFor() },
];

/** The screens that need a proxy. */
export const proxied: Place[] = [
  {
    name: 'sessions, live',
    path: '/',
    ready: (p) => p.getByRole('link', { name: 'alice@hotmail.com' }).first().waitFor(),
  },
  { name: 'events, live', path: '/s/1?follow=1', ready: rows },
  { name: 'intercept', path: '/intercept', ready: (p) => p.getByRole('heading', { level: 1 }).waitFor() },
  { name: 'replay', path: '/replay/1', ready: (p) => p.locator('main h1').first().waitFor() },
  { name: 'rules', path: '/intercept/rules', ready: (p) => p.getByRole('heading', { level: 1 }).waitFor() },
  {
    name: 'compose',
    path: '/intercept/compose',
    ready: (p) => p.getByRole('heading', { level: 1 }).waitFor(),
  },
  {
    name: 'done by rules',
    path: '/intercept/done',
    ready: (p) => p.getByRole('heading', { level: 1 }).waitFor(),
  },
];

async function firstRow(page: Page): Promise<void> {
  await rows(page);
  await page.keyboard.press('g');
  await page.locator('#detail h2').first().waitFor();
}

/** Opens a place and waits until it has come to rest. */
export async function visit(page: Page, run: Running, place: Place): Promise<void> {
  await page.goto(at(run, place.path));
  await place.ready(page);
  await page.locator('[aria-busy=true]').waitFor({ state: 'detached' });
}

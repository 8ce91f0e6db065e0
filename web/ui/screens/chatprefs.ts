// This file lists how chats may be shown, as the reader likes.

import { app } from '../app.svelte';

export type Shown = 'chatFonts' | 'chatExact' | 'chatEmoticons' | 'chatRaw';

export const SHOWN: { flag: Shown; label: string; action: string }[] = [
  { flag: 'chatFonts', label: 'Fonts & colours', action: 'Fonts and colours on or off' },
  { flag: 'chatExact', label: 'Exact colours on white', action: 'Exact colours on white on or off' },
  { flag: 'chatEmoticons', label: 'Emoticons', action: 'Emoticons as pictures or codes' },
  { flag: 'chatRaw', label: 'Raw names', action: 'Raw names on or off' },
];

export function flip(flag: Shown): void {
  app.savePrefs({ [flag]: !app.prefs[flag] });
}

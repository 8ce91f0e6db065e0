// This file names keys and says which action a key press means.

export interface Action {
  id: string;
  label: string;
  keys?: string[]; // "g", "Ctrl+K", "Alt+1", "F6", "?"
  group?: string; // heading in the list of keys
  when?: () => boolean; // absent: always
  run: () => void;
}

/** What of a KeyboardEvent matters here. */
export interface Press {
  key: string;
  ctrlKey: boolean;
  altKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
}

/** The name of a key press: "g", "G", "Ctrl+K", "Shift+F6". Shift is named only where it gives no other character, or with Ctrl. */
export function nameOf(e: Press): string {
  let key = e.key === ' ' ? 'Space' : e.key;
  const single = [...key].length === 1;
  if (single && (e.ctrlKey || e.altKey || e.metaKey)) key = key.toUpperCase();
  return (
    (e.ctrlKey ? 'Ctrl+' : '') +
    (e.metaKey ? 'Meta+' : '') +
    (e.altKey ? 'Alt+' : '') +
    (e.shiftKey && (!single || (e.ctrlKey && /^[A-Z]$/.test(key))) ? 'Shift+' : '') +
    key
  );
}

/** Whether a key press types something where it lands. */
export function isTyping(target: EventTarget | null): boolean {
  const el = target as { tagName?: string; isContentEditable?: boolean; type?: string } | null;
  if (!el?.tagName) return false;
  if (el.isContentEditable || el.tagName === 'TEXTAREA' || el.tagName === 'SELECT') return true;
  return (
    el.tagName === 'INPUT' && !['checkbox', 'radio', 'button', 'submit', 'range'].includes(el.type ?? 'text')
  );
}

/** Whether a key is one character without a modifier: those can be switched off. */
export function isSingle(name: string): boolean {
  return [...name].length === 1;
}

/** The action for a key press, if there is one. */
export function actionFor(
  actions: Action[],
  e: Press,
  target: EventTarget | null,
  singles: boolean,
): Action | null {
  const name = nameOf(e).replace('Meta+K', 'Ctrl+K');
  if (isSingle(name) && (!singles || isTyping(target))) return null;
  return actions.find((a) => a.keys?.includes(name) && (a.when?.() ?? true)) ?? null;
}

/**
 * How well a query fits a text as a subsequence, 0 for not at all: starts of
 * words and runs of letters count more.
 */
export function score(query: string, text: string): number {
  const q = query.toLowerCase().replace(/\s+/g, '');
  const t = text.toLowerCase();
  if (!q) return 1;
  let total = 0;
  let at = -1;
  for (const ch of q) {
    const i = t.indexOf(ch, at + 1);
    if (i < 0) return 0;
    if (i === at + 1) total += 4;
    else if (i === 0 || t[i - 1] === ' ') total += 3;
    else total += 1;
    at = i;
  }
  return total / Math.sqrt(t.length);
}

const SHOWN: Record<string, string> = {
  ArrowDown: '↓',
  ArrowUp: '↑',
  ArrowRight: '→',
  ArrowLeft: '←',
  Escape: 'Esc',
};

/** A key's name as it stands on a keyboard. */
export function shown(name: string): string {
  return SHOWN[name] ?? name;
}

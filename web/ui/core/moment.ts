// This file reads the times that people type into the jump box.
import { offset, type Zone } from './format';

export interface Around {
  near: number; // Unix µs of a row in sight: its day is meant by a time alone
  end: number; // Unix µs that "-5m" counts back from
  zone: Zone;
}

const UNITS: Record<string, number> = { ms: 1e3, s: 1e6, m: 60e6, h: 3600e6, d: 86400e6 };

/** "20:14", "20:14:07.5", "2001-11-05 20:14", "-5m" -> Unix µs; null if it is none. */
export function parseMoment(text: string, a: Around): number | null {
  const s = text.trim();
  const back = /^-\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/.exec(s);
  if (back) return a.end - Number(back[1]) * UNITS[back[2]];
  const m = /^(?:(\d{4})-(\d\d)-(\d\d))?[T ]?(?:(\d{1,2}):(\d\d)(?::(\d\d(?:\.\d{1,6})?))?)?$/.exec(s);
  if (!m || !s || (!m[1] && !m[4])) return null;
  const [h, min, sec] = [Number(m[4] ?? 0), Number(m[5] ?? 0), Number(m[6] ?? 0)];
  if (h > 23 || min > 59 || sec >= 60) return null;
  const day = 86_400e6;
  const shift = offset(a.near, a.zone) * 60e6;
  const midnight = m[1]
    ? Date.UTC(Number(m[1]), Number(m[2]) - 1, Number(m[3])) * 1000
    : Math.floor((a.near + shift) / day) * day;
  return Math.round(midnight + h * 3600e6 + min * 60e6 + sec * 1e6 - shift);
}

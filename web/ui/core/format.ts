// This file puts numbers, times, sizes and ids into the words of the page.

/** 1000250 -> "1,000,250". */
export function num(n: number): string {
  return String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** n things: count(1, 'event') -> "1 event", count(3, 'reply', 'replies'). */
export function count(n: number, one: string, many = one + 's'): string {
  return `${num(n)} ${n === 1 ? one : many}`;
}

/** Bytes: "512 B", "1.4 KB", "3.2 MB". */
export function size(n: number): string {
  if (n < 1000) return `${n} B`;
  for (const unit of ['KB', 'MB', 'GB']) {
    n /= 1000;
    if (n < 999.5) return `${n < 9.95 ? n.toFixed(1) : Math.round(n)} ${unit}`;
  }
  return `${(n / 1000).toFixed(1)} TB`;
}

/** A span in microseconds: "850 µs", "3.9 ms", "37 ms", "1.2 s", "4m 02s". */
export function span(us: number): string {
  if (us < 999.5) return `${Math.round(us)} µs`;
  if (us < 10_000) return `${(us / 1000).toFixed(1)} ms`;
  if (us < 1_000_000) return `${Math.round(us / 1000)} ms`;
  if (us < 10_000_000) return `${(us / 1e6).toFixed(1)} s`;
  if (us < 60_000_000) return `${Math.round(us / 1e6)} s`;
  const s = Math.round(us / 1e6);
  if (s < 3600) return `${Math.floor(s / 60)}m ${two(s % 60)}s`;
  if (s < 86400) return `${Math.floor(s / 3600)}h ${two(Math.floor(s / 60) % 60)}m`;
  return `${Math.floor(s / 86400)}d ${two(Math.floor(s / 3600) % 24)}h`;
}

/** A duration in microseconds as a clock: "00:41:07", "2d 03:04:05". */
export function clock(us: number): string {
  const s = Math.max(0, Math.floor(us / 1e6));
  const d = Math.floor(s / 86400);
  const t = `${two(Math.floor(s / 3600) % 24)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  return d > 0 ? `${d}d ${t}` : t;
}

export type Zone = 'local' | 'utc';

/** Minutes that the zone is ahead of UTC at that moment. */
export function offset(us: number, zone: Zone): number {
  return zone === 'utc' ? 0 : -new Date(us / 1000).getTimezoneOffset();
}

/** "UTC", "UTC+2", "UTC−3:30". */
export function zoneName(us: number, zone: Zone): string {
  const m = offset(us, zone);
  if (m === 0) return 'UTC';
  const a = Math.abs(m);
  return `UTC${m < 0 ? '−' : '+'}${Math.floor(a / 60)}${a % 60 ? ':' + two(a % 60) : ''}`;
}

/** The zone of several moments, or all of theirs: summer has another. now is for where there are none. */
export function zoneNames(moments: number[], zone: Zone, now: number): string {
  const known = moments.filter(Boolean);
  return [...new Set((known.length ? known : [now]).map((us) => zoneName(us, zone)))].sort().join(' / ');
}

/** "20:30:00.021"; with digits 6 "20:30:00.021337", with 0 "20:30:00". */
export function time(us: number, zone: Zone, digits: 0 | 3 | 6 = 3): string {
  const day = 86_400_000_000;
  const t = (((us + offset(us, zone) * 60_000_000) % day) + day) % day;
  const s = Math.floor(t / 1e6);
  const hms = `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  if (digits === 0) return hms;
  return `${hms}.${String(Math.floor(t % 1e6))
    .padStart(6, '0')
    .slice(0, digits)}`;
}

/** How long something lasted: "22 ms", "44 s", "00:41:07". */
export function lasted(us: number): string {
  return us < 60e6 ? span(Math.max(0, us)) : clock(us);
}

/** "2001-11-05". */
export function date(us: number, zone: Zone): string {
  return new Date(us / 1000 + offset(us, zone) * 60_000).toISOString().slice(0, 10);
}

/** "2001-11-05 20:14:07"; with digits 3 "2001-11-05 20:14:07.021". */
export function dateTime(us: number, zone: Zone, digits: 0 | 3 | 6 = 0): string {
  return `${date(us, zone)} ${time(us, zone, digits)}`;
}

/** A time relative to another: "+00:41:07.021", "−00:00:00.500". */
export function relative(us: number, to: number): string {
  const d = us - to;
  const a = Math.abs(d);
  return `${d < 0 ? '−' : '+'}${clock(a)}.${two(Math.floor((a % 1e6) / 10_000))}`;
}

/** A difference in seconds, to the microsecond: "+0.001000", "−2.500000". */
export function seconds(us: number): string {
  return `${us < 0 ? '−' : '+'}${(Math.abs(us) / 1e6).toFixed(6)}`;
}

/** How long ago, in words: "3 s ago". */
export function ago(us: number, now: number): string {
  const s = Math.max(0, Math.round((now - us) / 1e6));
  if (s < 60) return `${s} s ago`;
  if (s < 3600) return `${Math.floor(s / 60)} min ago`;
  if (s < 86400) return `${Math.floor(s / 3600)} h ago`;
  return `${Math.floor(s / 86400)} d ago`;
}

/** Microseconds of an RFC 3339 time, which may have up to nine digits. */
export function parseTime(s: string): number {
  const m = /^(.*?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/.exec(s);
  if (!m) return 0;
  return Date.parse(m[1] + m[3]) * 1000 + Number((m[2] ?? '').padEnd(6, '0').slice(0, 6));
}

const EVENTS = 1_000_000_000; // event ids per capture
const SESSIONS = 1_000_000; // session and connection ids per capture

function short(id: number, per: number): string {
  const n = id % per;
  const capture = Math.floor(id / per);
  return capture === 0 ? String(n) : `${capture}·${n}`;
}

/** An event id as people read it: "50412" in capture 0, "2·50412" in capture 2. */
export function eventId(id: number): string {
  return short(id, EVENTS);
}

/** A session or connection id as people read it. */
export function sessionId(id: number): string {
  return short(id, SESSIONS);
}

/** What eventId gave, or the whole id, back; near says which capture is meant by a plain number. */
export function parseEventId(s: string, near: number): number | null {
  const m = /^#?(?:(\d+)[·./])?(\d+)$/.exec(s.trim().replace(/,/g, ''));
  if (!m) return null;
  const n = Number(m[2]);
  if (m[1]) return Number(m[1]) * EVENTS + n;
  return n >= EVENTS ? n : Math.floor(near / EVENTS) * EVENTS + n;
}

function two(n: number): string {
  return n < 10 ? '0' + n : String(n);
}

/** "decoded" -> "Decoded". */
export function title(s: string): string {
  return s.charAt(0).toUpperCase() + s.slice(1);
}

// This file lays presence and silences out over the time of a session.
import { presence, type Change } from './contacts';

/** A status that somebody had from a time on. */
export interface Stretch {
  event: number;
  time: number; // Unix ns
  status: string;
}

export interface Person {
  handle: string; // "" for the user
  presence: Stretch[] | null;
}

/** A time in which nobody said anything, or a PNG waited for its answer. */
export interface Silence {
  from: number; // event
  to: number; // event, 0: the connection ended
  start: number; // Unix ns
  end: number;
  unanswered: boolean;
}

/** The time of a session, in Unix µs. */
export interface Span {
  start: number;
  end: number;
}

/** A stretch as a bar: where it stands in the span, in percent. */
export interface Bar {
  left: number;
  width: number;
  word: string;
  cls: string;
  event: number;
  start: number; // Unix µs
  end: number;
}

/** Where a time stands in a span, in percent. */
export function place(us: number, span: Span): number {
  if (span.end <= span.start) return 100;
  return Math.min(100, Math.max(0, ((us - span.start) / (span.end - span.start)) * 100));
}

/** The statuses as bars; what was not said yet is left empty. */
export function bars(list: Stretch[], span: Span): Bar[] {
  return list.flatMap((s, i) => {
    if (!s.status) return [];
    const start = s.time / 1000;
    const end = Math.max(start, i + 1 < list.length ? list[i + 1].time / 1000 : span.end);
    const left = place(start, span);
    const { word, cls } = presence(s.status);
    return { left, width: place(end, span) - left, word, cls, event: s.event, start, end };
  });
}

/** The bars, with those that begin within least percent of the one before put together. */
export function coarse(list: Bar[], least: number): Bar[] {
  const out: Bar[] = [];
  for (const b of list) {
    const last = out.at(-1);
    if (!last || b.left - last.left >= least) out.push(b);
    else out[out.length - 1] = { ...b, left: last.left, width: b.left + b.width - last.left };
  }
  return out;
}

const TOLD = 12; // bars that the text alternative names

/** The bars in a sentence. */
export function inWords(list: Bar[], clock: (us: number) => string): string {
  if (!list.length) return 'no presence was told';
  const said = list.slice(-TOLD).map((b) => `${b.word} from ${clock(b.start)}`);
  const before = list.length - said.length;
  return (before > 0 ? [`${before} earlier`, ...said] : said).join(', ');
}

/** How many changes there are in each n-th of the span. */
export function buckets(changes: Change[], span: Span, n: number): number[] {
  const out = new Array<number>(n).fill(0);
  for (const c of changes) out[Math.min(n - 1, Math.floor((place(c.time / 1000, span) / 100) * n))]++;
  return out;
}

/** The event of the last change up to a time; the first change if that is later, 0 if there is none. */
export function eventAt(changes: Change[], us: number): number {
  const c = changes.findLast((x) => x.time / 1000 <= us) ?? changes[0];
  return c?.event ?? 0;
}

/** A silence in words, without the event behind it. */
export function silenceInWords(s: Silence, span: (us: number) => string): string {
  const lasted = span((s.end - s.start) / 1000);
  return s.unanswered ? `PNG was not answered in ${lasted}` : `nobody said anything for ${lasted}`;
}

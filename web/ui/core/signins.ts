// This file says how sign-ins went: in the few words that a list has room for,
// and as the questions and answers of which they are made.

export interface Step {
  name: string;
  command: string;
  dir: 0 | 1; // 0 of the client, 1 of the server
  event: number;
  time: number; // Unix ns
}

export interface SignIn {
  connection: number;
  role: string;
  account: string;
  steps: Step[] | null;
  done: boolean;
  stuck?: string;
  at?: number; // event that stuck is about
  refused?: boolean;
  unsure?: boolean; // the capture does not have all of it
}

export interface Outcome {
  session: number;
  state: 'signed in' | 'refused' | 'stuck' | 'under way' | 'unknown';
  words: string;
  event: number;
  took: number; // ns
  connections?: SignIn[];
}

/** Whether nothing that is said later makes it another one. */
export const settled = (o: Outcome, live: boolean) => o.state === 'signed in' || !live;

/** Words with "(event 12)" in them as texts and event ids. */
export function linked(words: string): (string | number)[] {
  return words
    .split(/\s*\(event (\d+)\)/)
    .map((part, i) => (i % 2 ? Number(part) : part))
    .filter((part) => part !== '');
}

/** The words alone. */
export function plain(words: string): string {
  return linked(words)
    .filter((part) => typeof part === 'string')
    .join('');
}

const SIGNS: Record<Outcome['state'], [sign: string, cls: string]> = {
  'signed in': ['✓', 'ok'],
  refused: ['✗', 'err'],
  stuck: ['✗', 'warn'],
  'under way': ['…', 'muted'],
  unknown: ['?', 'muted'],
};

/** An outcome as a list shows it; after is how the time it took is told. */
export function brief(
  o: Outcome,
  after: (us: number) => string,
): { sign: string; cls: string; text: string } {
  const [sign, cls] = SIGNS[o.state];
  const words = plain(o.words).replace(/; then .*$/, '');
  const text = {
    'signed in': `signed in${o.took > 0 ? ` after ${after(o.took / 1000)}` : ''}`,
    refused: `refused: ${words.replace(/^the server refused the sign-in: error /, '')}`,
    stuck: `stuck: ${words}`,
    'under way': `signing in: ${words}`,
    unknown: 'no sign-in captured',
  }[o.state];
  return { sign, cls, text };
}

/** A question of the client and what the server said to it. */
export interface Station {
  label: string;
  what: string;
  ask: Step | null; // null: the server spoke by itself
  answer: Step | null;
  state: 'done' | 'failed' | 'waiting';
}

const WHAT: Record<string, string> = {
  'protocol versions offered': 'version',
  'ways of signing in asked for': 'way of signing in',
  'account named': 'account',
  'password proved': 'password',
  'signed in': 'signed in',
  'lists asked for': 'lists',
  'lists complete': 'lists complete',
  'status asked for': 'status',
};

/** The steps as questions with their answers. */
export function stations(s: SignIn): Station[] {
  const out: Station[] = [];
  for (const step of s.steps ?? []) {
    const what = WHAT[step.name] ?? step.name;
    if (step.dir === 0) {
      out.push({ label: step.command, what, ask: step, answer: null, state: 'waiting' });
      continue;
    }
    const refused = step.name.startsWith('refused: ') || step.name === 'no protocol version accepted';
    const failed = refused || step.name.startsWith('challenge ');
    const state = failed ? 'failed' : 'done';
    const open = out.findLast((t) => t.ask && !t.answer);
    const fits = open && (open.label === step.command || refused || step.command === 'XFR');
    if (open && fits) {
      open.answer = step;
      open.state = state;
      if (step.command === 'XFR') open.what = step.name;
      else if (step.name === 'signed in') open.what = 'password, signed in';
      else if (failed) open.what += `: ${step.name}`;
    } else {
      out.push({ label: step.command, what, ask: null, answer: step, state });
    }
  }
  // A question about which something else went on was answered all the same.
  for (const [i, t] of out.entries()) {
    if (t.state === 'waiting' && out.slice(i + 1).some((u) => u.state === 'done' && u.ask)) t.state = 'done';
  }
  const last = out.at(-1);
  if (last?.state === 'waiting' && s.stuck) last.state = 'failed';
  return out;
}

const WAY: [step: string, label: string][] = [
  ['protocol versions offered', 'VER'],
  ['account named', 'USR (account)'],
  ['password proved', 'USR (password)'],
  ['lists asked for', 'SYN'],
  ['status asked for', 'CHG'],
];

/** What a sign-in that is not done would still have to do. */
export function ahead(s: SignIn): string[] {
  if (s.done || s.role === 'DS') return [];
  const taken = new Set((s.steps ?? []).map((t) => t.name));
  const far = WAY.findLastIndex(([step]) => taken.has(step));
  return WAY.slice(far + 1).map(([, label]) => label);
}

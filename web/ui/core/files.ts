// This file puts what people offered each other and the files that connections
// carried together: one offer, and what became of it.

/** A connection that carried a file (GET /api/files). */
export interface Transfer {
  connection: number;
  session: number;
  name: string; // as the inviter wrote it
  file: string; // a safe name to keep it under
  sender: string;
  receiver: string;
  offered: number; // bytes, -1: not told
  size: number;
  received: number;
  state: 'waiting' | 'running' | 'complete' | 'partial' | 'cancelled' | 'refused';
  words: string;
  sha256: string;
  started: number; // Unix µs
  ended: number;
  events: number[] | null; // of the invitation
}

/** An invitation (GET /api/invitations). */
export interface Invitation {
  cookie: string;
  state: 'offered' | 'accepted' | 'ready' | 'declined' | 'cancelled' | 'failed';
  reason?: string;
  inviter: string;
  invitee: string;
  application: string;
  file?: string;
  size?: number;
  addresses?: string[] | null;
  listener?: string;
  unseen?: boolean;
  events: number[] | null;
  begun: string; // RFC 3339
}

export interface Offer {
  key: string;
  name: string; // of the file, "" if it is none or not told
  application: string; // what else was offered
  from: string;
  to: string;
  size: number; // -1: not told
  state: string;
  cls: 'ok' | 'warn' | 'err' | 'muted';
  words: string; // what the state does not say, may be ""
  elsewhere: boolean; // a file that was accepted, but did not come through the proxy
  begun: number; // Unix µs
  events: number[];
  transfer: Transfer | null;
}

const CLASS: Record<string, Offer['cls']> = {
  complete: 'ok',
  partial: 'warn',
  running: 'muted',
  waiting: 'muted',
  offered: 'muted',
  accepted: 'muted',
  ready: 'muted',
  declined: 'muted',
  cancelled: 'warn',
};

/** All offers, the newest first. */
export function offers(
  transfers: Transfer[],
  invitations: Invitation[],
  micros: (rfc3339: string) => number,
): Offer[] {
  const out: Offer[] = [];
  const left = new Set(transfers);
  for (const i of invitations) {
    const ids = new Set(i.events ?? []);
    const mine = transfers.filter((t) => (t.events ?? []).some((e) => ids.has(e)));
    for (const t of mine) left.delete(t);
    if (mine.length) out.push(...mine.map((t) => carried(t, i, micros(i.begun))));
    else out.push(promised(i, micros(i.begun)));
  }
  for (const t of left) out.push(carried(t, null, t.started));
  return out.sort((a, b) => b.begun - a.begun);
}

function carried(t: Transfer, i: Invitation | null, begun: number): Offer {
  return {
    key: `c${t.connection}`,
    name: t.name || i?.file || '',
    application: '',
    from: t.sender || i?.inviter || '',
    to: t.receiver || i?.invitee || '',
    size: [t.size, t.offered, i?.size ?? -1].find((n) => n >= 0) ?? -1,
    state: t.state,
    cls: CLASS[t.state] ?? 'err',
    words: t.words.replace(/^\w+: /, ''),
    elsewhere: false,
    begun,
    events: (i?.events ?? t.events) || [],
    transfer: t,
  };
}

function promised(i: Invitation, begun: number): Offer {
  const isFile = i.file !== undefined;
  const agreed = i.state === 'accepted' || i.state === 'ready';
  const state = i.state === 'ready' ? 'accepted' : i.state;
  const why = (i.reason ?? '').replace(new RegExp(`^${state}(: )?`), '');
  const words = [
    i.state === 'offered' ? 'not answered' : why,
    i.addresses?.length ? `${i.listener || 'somebody'} waits at ${i.addresses.join(' or ')}` : '',
  ].filter(Boolean);
  return {
    key: `i${i.cookie}-${i.events?.[0] ?? 0}`,
    name: i.file ?? '',
    application: isFile ? '' : i.application || (i.unseen ? 'offered before the capture began' : 'not named'),
    from: i.inviter,
    to: i.invitee,
    size: i.size ?? -1,
    state,
    cls: CLASS[i.state] ?? 'err',
    words: words.join('; '),
    elsewhere: isFile && agreed,
    begun,
    events: i.events ?? [],
    transfer: null,
  };
}

/** Whether there is anything to save. */
export const here = (t: Transfer) => t.received > 0 || t.state === 'complete';

// This file asks how the sign-ins of sessions went, for all that are in sight:
// some at a time, one request after the other.

import { app } from '../app.svelte';
import { ask } from '../core/ask';
import type { Session } from '../core/protocol';
import { settled, type Outcome } from '../core/signins';

const AT_ONCE = 50; // sessions a request
const KEPT = 2000; // outcomes
const AGAIN_AFTER = 2000; // ms until a sign-in under way is asked about again

interface Known {
  outcome: Outcome;
  at: number; // Date.now() when it was asked
  live: boolean;
  events: number;
}

class Outcomes {
  private known = $state.raw(new Map<number, Known>());
  private wanted = new Map<number, Session>();
  private asking = false;

  of(session: number): Outcome | undefined {
    return this.known.get(session)?.outcome;
  }

  /** Sees to it that the outcome of a session becomes known, and stays true. */
  want(s: Session): void {
    const k = this.known.get(s.id);
    if (k) {
      if (settled(k.outcome, k.live) && k.live === s.live && (s.live || k.events === s.events)) return;
      if (Date.now() - k.at < AGAIN_AFTER && k.live === s.live) return;
    }
    this.wanted.set(s.id, s);
    if (!this.asking) void this.work();
  }

  private async work(): Promise<void> {
    this.asking = true;
    await Promise.resolve(); // whoever else wants one now comes along
    while (this.wanted.size) {
      const some = [...this.wanted.values()].slice(0, AT_ONCE);
      for (const s of some) this.wanted.delete(s.id);
      try {
        const ids = some.map((s) => s.id).join(',');
        const r = await ask<{ list: Outcome[] }>(
          `/api/signins/outcome?brief=1&session=${ids}`,
          AbortSignal.timeout(60_000),
        );
        const next = new Map(this.known);
        for (const outcome of r.list) {
          const s = some.find((x) => x.id === outcome.session)!;
          next.delete(s.id);
          next.set(s.id, { outcome, at: Date.now(), live: s.live, events: s.events });
        }
        // Those asked about long ago have scrolled away, or are asked about again.
        for (const id of next.keys()) {
          if (next.size <= KEPT) break;
          next.delete(id);
        }
        this.known = next;
      } catch {
        this.wanted.clear(); // whoever still wants to know asks again
        if (app.status !== 'open') break;
      }
    }
    this.asking = false;
  }
}

export const outcomes = new Outcomes();

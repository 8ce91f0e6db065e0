// This file asks the server over plain HTTP.

/** Gets JSON of the API; the server's words if it refuses. */
export async function ask<T>(path: string, signal: AbortSignal): Promise<T> {
  const r = await fetch(path, { signal });
  const body = (await r.json()) as T & { error?: string };
  if (!r.ok) throw new Error(body.error ?? `the server answered ${r.status}`);
  return body;
}

/** A request that the server has refused; detail holds the fields of its answer. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly detail: Record<string, unknown>,
  ) {
    super(message);
  }
}

/** Asks the server for JSON; a body makes it a POST, or what method says. */
export async function send<T>(path: string, body?: object, method = body ? 'POST' : 'GET'): Promise<T> {
  const r = await fetch(path, {
    method,
    body: body && JSON.stringify(body),
    headers: body && { 'Content-Type': 'application/json' },
  });
  const o = (await r.json().catch(() => ({}))) as Record<string, unknown>;
  if (!r.ok) throw new Refused(r.status, String(o.error ?? r.statusText), o);
  return o as T;
}

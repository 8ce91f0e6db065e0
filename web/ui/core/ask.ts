// This file asks the server over plain HTTP.

/** Gets JSON of the API; the server's words if it refuses. */
export async function ask<T>(path: string, signal: AbortSignal): Promise<T> {
  const r = await fetch(path, { signal });
  const body = (await r.json()) as T & { error?: string };
  if (!r.ok) throw new Error(body.error ?? `the server answered ${r.status}`);
  return body;
}

// This file is the part of the address that says how a session is played again.

export interface ReplayAsked {
  as: '' | 'server'; // "": the client's part is played
  to: string; // the server, "": the usual one
  listen: string; // where a client may come to, likewise
  wait: number; // ms, 0: as usual
  speed: number; // of the client's pauses; 0: none
}

export const usual: ReplayAsked = { as: '', to: '', listen: '', wait: 0, speed: 0 };

export function parseReplay(p: URLSearchParams): ReplayAsked {
  const address = (name: string) => /^[\w.:[\]%-]{1,255}$/.exec(p.get(name) ?? '')?.[0] ?? '';
  const number = (name: string, most: number) => {
    const n = Number(/^\d{1,6}(\.\d{1,3})?$/.exec(p.get(name) ?? '')?.[0] ?? 0);
    return n <= most ? n : 0;
  };
  return {
    as: p.get('as') === 'server' ? 'server' : '',
    to: address('to'),
    listen: address('listen'),
    wait: Math.round(number('wait', 300_000)),
    speed: number('speed', 1000),
  };
}

/** The query of an address, without the filter: "as=server&listen=127.0.0.1:1863". */
export function formatReplay(asked: ReplayAsked | null): string[] {
  const a = asked ?? usual;
  const p: string[] = [];
  for (const name of ['as', 'to', 'listen', 'wait', 'speed'] as const)
    if (a[name]) p.push(`${name}=${encodeURIComponent(a[name]).replace(/%3A/g, ':')}`);
  return p;
}

// This file is the part of the address that says what is compared.

export interface Asked {
  a: string; // "12" a session, "c31" a connection, "" not chosen yet
  b: string;
  align: '' | 'cmd'; // cmd: commands of one name may stand side by side
  with: string; // what is compared beside the usual: "trid,time"
  without: string; // what is not
  only: boolean; // only the differences and what is around them
  qa: string; // a filter of A alone
  qb: string;
  row: number; // selected, -1: none
}

export const nothing: Asked = {
  a: '',
  b: '',
  align: '',
  with: '',
  without: '',
  only: false,
  qa: '',
  qb: '',
  row: -1,
};

export function parseAsked(p: URLSearchParams): Asked {
  const id = (name: string) => /^c?[1-9]\d{0,14}$/.exec(p.get(name) ?? '')?.[0] ?? '';
  const list = (name: string) => (p.get(name) ?? '').replace(/[^a-z,]/g, '').slice(0, 200);
  const row = /^\d{1,9}$/.exec(p.get('row') ?? '');
  return {
    a: id('a'),
    b: id('b'),
    align: p.get('align') === 'cmd' ? 'cmd' : '',
    with: list('with'),
    without: list('without'),
    only: p.get('only') === '1',
    qa: p.get('qa') ?? '',
    qb: p.get('qb') ?? '',
    row: row ? Number(row[0]) : -1,
  };
}

/** The query of an address, or "". */
export function formatAsked(asked: Asked | null, q: string): string {
  const c = asked ?? nothing;
  const p: string[] = [];
  for (const name of ['a', 'b', 'align', 'with', 'without'] as const)
    if (c[name]) p.push(`${name}=${c[name]}`);
  if (c.only) p.push('only=1');
  for (const [name, filter] of [
    ['q', q],
    ['qa', c.qa],
    ['qb', c.qb],
  ])
    if (filter) p.push(`${name}=` + encodeURIComponent(filter).replace(/%3A/g, ':').replace(/%20/g, '+'));
  if (c.row >= 0) p.push(`row=${c.row}`);
  return p.length ? '?' + p.join('&') : '';
}

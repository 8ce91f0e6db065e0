// This file tests the ladder: its lanes, its drawing, its file.
import { describe, expect, test } from 'vitest';
import { changeOf } from './changes';
import { draw, roundStep, sentence, type Options, type Step } from './ladder';
import { lanesOf, openAt, placesOf } from './lanes';
import { escaped, paletteOf, svgOf } from './laddersvg';
import { Flag, Kind, type Connection, type Row, type Session } from './protocol';

function conn(id: number, role: string, opened: number, closed = 0): Connection {
  return { id, role, client: '', server: '', opened, closed, live: closed === 0, events: 1, bytes: [0, 0] };
}
function session(...connections: Connection[]): Session {
  return {
    id: 1,
    account: 'a',
    name: '',
    client: '',
    dialect: '',
    from: '',
    server: '',
    started: 0,
    ended: 0,
    live: true,
    events: 1,
    errors: 0,
    chats: 0,
    bytes: 0,
    connections,
  };
}
function step(
  i: number,
  us: number,
  c: number,
  dir: number,
  cmd: string,
  trid: number | null,
  more: Partial<Record<'lat' | 'flags' | 'kind' | 'role' | 'cookie', number | string>> = {},
): Step {
  const row: Row = [
    100 + i,
    us,
    c,
    String(more.role ?? (c === 3 ? 'SB' : 'NS')),
    dir,
    Number(more.kind ?? 0),
    cmd,
    trid,
    '',
    10,
    (more.lat as number) ?? null,
    Number(more.flags ?? 0),
    'auth',
    'words',
    1,
  ];
  if (more.cookie) row.push('', '', Number(more.cookie));
  return { i, row };
}
const names = new Map([
  [1, 'DS'],
  [2, 'NS'],
  [3, 'SB1'],
]);
const three = lanesOf([session(conn(1, 'DS', 0, 50), conn(2, 'NS', 60), conn(3, 'SB', 100))], true, names);
const o: Options = { width: 700, height: 240, row: 24, first: 0, offset: 0, last: 9, scale: false, names };

describe('lanes', () => {
  test('one a connection, in the order of the roles', () => {
    expect(three.list.map((l) => l.label)).toEqual(['Client', 'Proxy', 'DS', 'NS', 'SB1']);
    expect(three.of.get(3)).toBe(4);
    expect(lanesOf([session(conn(2, 'NS', 0))], false, names).list.map((l) => l.label)).toEqual([
      'Client',
      'NS',
    ]);
  });
  test('many connections share lanes, never two that were open at the same time', () => {
    const many = Array.from({ length: 400 }, (_, k) => conn(k + 1, 'SB', k * 10, k * 10 + 25));
    const l = lanesOf([session(...many)], false, new Map());
    expect(l.list.length).toBe(1 + 3);
    for (const lane of l.list)
      for (let k = 1; k < lane.spans.length; k++)
        expect(lane.spans[k].from).toBeGreaterThan(lane.spans[k - 1].to);
    expect(openAt(l.list[1], 5)?.conn).toBe(1);
    expect(openAt(l.list[1], -1)).toBeNull();
    expect(openAt(l.list[1], 27)).toBeNull();
  });
  test('places grow beyond the width when lanes do not fit', () => {
    expect(placesOf(3, 500).width).toBe(500);
    expect(placesOf(12, 500).width).toBeGreaterThan(1000);
    expect(placesOf(1, 500).xs).toEqual([88]);
  });
});

describe('a drawing', () => {
  test('a request and its answer: two arrows through the proxy, joined by a bracket', () => {
    const f = draw([step(0, 70, 2, 0, 'VER', 1), step(1, 90, 2, 1, 'VER', 1, { lat: 20 })], three, o);
    const [ask, answer] = f.marks;
    expect(ask.label).toBe('VER 1');
    expect(ask.heads.map((h) => h.right)).toEqual([true, true]);
    expect(ask.lines[1].x2).toBe(f.lanes[3].x);
    expect(answer.heads[1].x).toBe(f.lanes[0].x);
    expect(answer.latency).toBe('20 µs');
    expect(answer.y - ask.y).toBe(24);
    expect(f.brackets).toHaveLength(1);
    expect(f.brackets[0].ys).toEqual([answer.y]);
    expect(f.brackets[0].known).toBe(true);
  });
  test('a bracket whose request is out of sight, or whose answer is', () => {
    const steps = [step(0, 70, 2, 0, 'VER', 1), step(5, 90, 2, 1, 'VER', 1, { lat: 20 })];
    expect(draw(steps, three, { ...o, first: 3 }).brackets[0]).toMatchObject({ known: false, top: -20 });
    const below = draw(steps, three, { ...o, last: 2 }).brackets[0];
    expect(below.ys).toEqual([260]);
  });
  test('many answers to one request are one bracket', () => {
    const f = draw(
      [step(0, 1, 2, 0, 'SYN', 4), ...[1, 2, 3].map((i) => step(i, i, 2, 1, 'LST', 4, { lat: i }))],
      three,
      o,
    );
    expect(f.brackets).toHaveLength(1);
    expect(f.brackets[0].ys).toHaveLength(3);
  });
  test('pauses over a second', () => {
    const f = draw([step(0, 0, 2, 0, 'PNG', null), step(1, 12_000_000, 2, 1, 'QNG', null)], three, o);
    expect(f.breaks).toEqual([{ y: 24, text: '12 s' }]);
    expect(draw([step(0, 0, 2, 0, 'A', null), step(1, 999_999, 2, 0, 'B', null)], three, o).breaks).toEqual(
      [],
    );
  });
  test('an invitation opens the lane of its switchboard', () => {
    const f = draw(
      [step(0, 1, 2, 1, 'XFR', 9, { lat: 1, cookie: 7 }), step(1, 120, 3, 0, 'USR', 1, { cookie: 7 })],
      three,
      o,
    );
    expect(f.links).toEqual([
      { x1: f.lanes[3].x, x2: f.lanes[4].x, y1: f.marks[0].y, y2: f.marks[1].y, text: 'XFR opens SB1' },
    ]);
    const ring = draw(
      [step(0, 1, 2, 1, 'RNG', null, { cookie: 7 }), step(1, 120, 3, 0, 'USR', 1, { cookie: 7 })],
      three,
      o,
    );
    expect(ring.links).toEqual([]);
  });
  test('which invitation it was says the cookie, not the order', () => {
    const f = draw(
      [
        step(0, 1, 2, 1, 'XFR', 9, { cookie: 7 }),
        step(1, 2, 2, 1, 'XFR', 10, { cookie: 9 }), // never shown
        step(2, 120, 3, 0, 'USR', 1, { cookie: 7 }),
        step(3, 130, 3, 0, 'USR', 2, { cookie: 8 }), // of an XFR that was not seen
        step(4, 140, 3, 0, 'USR', 3), // without one
      ],
      three,
      o,
    );
    expect(f.links.map((l) => [l.y1, l.y2])).toEqual([[f.marks[0].y, f.marks[2].y]]);
  });
  test('what the proxy did is on its lane', () => {
    const f = draw(
      [
        step(0, 1, 2, 1, 'XFR', 9, { flags: Flag.rewritten }),
        step(1, 2, 2, 0, 'CHG', 10, { flags: Flag.rewritten | Flag.dropped }),
        step(2, 3, 2, 1, 'NLN', null, { flags: Flag.rewritten | Flag.injected }),
        step(3, 4, 2, 0, 'held', null, { kind: Kind.note }),
      ],
      three,
      o,
    );
    expect(f.marks.map((m) => m.change?.icon)).toEqual(['✎', '✕', '＋', '⏸']);
    expect(f.marks.every((m) => m.change?.x === f.lanes[1].x)).toBe(true);
    expect(f.marks[1].lines).toHaveLength(1); // ends at the proxy
    expect(f.marks[2].lines[0].x1).toBe(f.lanes[1].x); // begins there
    expect(changeOf(Flag.rewritten, 'MSG')?.words).toBe('edited by the proxy');
    expect(sentence(f)).toContain('the proxy changed 3 of them');
  });
  test('true to scale: places tell times, and labels do not cover each other', () => {
    const f = draw(
      [
        step(0, 0, 2, 0, 'A', 1),
        step(1, 1000, 2, 0, 'B', 2),
        step(2, 1_000_000, 2, 0, 'C', 3),
        step(9, 2_000_000, 2, 0, 'D', 4),
      ],
      three,
      { ...o, scale: true },
    );
    const y = f.marks.map((m) => m.y);
    expect(y[2] - y[0]).toBeCloseTo(y[3] - y[2], 5);
    expect(f.marks.map((m) => m.label)).toEqual(['A 1', '', 'C 3', 'D 4']);
    expect(f.ticks.length).toBeGreaterThan(2);
    expect(f.breaks).toEqual([]);
  });
  test('on a shared lane a connection is named where it begins', () => {
    const many = Array.from({ length: 20 }, (_, k) => conn(k + 1, 'SB', k * 10, k * 10 + 5));
    const named = new Map(many.map((c) => [c.id, `SB${c.id}`]));
    const l = lanesOf([session(...many)], false, named);
    const f = draw([step(0, 1, 1, 0, 'USR', 1), step(1, 2, 1, 0, 'CAL', 2), step(2, 11, 2, 0, 'ANS', 3)], l, {
      ...o,
      names: named,
    });
    expect(f.marks.map((m) => m.label)).toEqual(['USR 1 · SB1', 'CAL 2', 'ANS 3 · SB2']);
    expect(f.lanes[1].label).toBe('SB2');
  });
  test('round steps', () => {
    expect([3, 700, 1500, 4e6, 25e6, 5000e6].map(roundStep)).toEqual([5, 1000, 2000, 5e6, 30e6, 7200e6]);
  });
});

describe('the file', () => {
  test('what a peer says is text', () => {
    const evil = '</title><script>alert(1)</script>\u0000"&\ud800';
    const s = step(0, 1, 2, 0, evil, 1);
    s.row[13] = evil;
    const text = svgOf(
      draw([s], three, o),
      paletteOf(() => 'light-dark(#fff, #000)'),
      evil,
    );
    expect(text).not.toContain('<script');
    expect(text).not.toMatch(/[\u0000\ud800]/);
    expect(text).not.toMatch(/(?:href|src)=|@import|url\(/);
    expect(escaped('a<b>&"\'')).toBe('a&#60;b&#62;&#38;&#34;&#39;');
  });
});

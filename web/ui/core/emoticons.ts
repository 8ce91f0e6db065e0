// This file draws the emoticons: a few shapes each, in a square of 20, so that
// they look the same on machines without a font for them.

/** A filled path. */
export type Shape = [fill: string, path: string];

const disc = (x: number, y: number, r: number) =>
  `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`;
const box = (x: number, y: number, w: number, h: number) => `M${x} ${y}h${w}v${h}h${-w}z`;
// A line as a thin shape: fills need no stroke.
const bow = (y: number, depth: number) =>
  `M5.5 ${y}Q10 ${y + depth} 14.5 ${y}Q10 ${y + depth + (depth > 0 ? 2.4 : -2.4)} 5.5 ${y}z`;

const YELLOW = '#ffcf33';
const DARK = '#4a3200';
const RED = '#d8232a';
const GREEN = '#2e9e3e';
const BLUE = '#2b7de0';
const BROWN = '#8a5a2b';
const GREY = '#8a94a0';
const WHITE = '#ffffff';

const eyes = disc(7, 8, 1.3) + disc(13, 8, 1.3);
const face = (...more: Shape[]): Shape[] => [
  ['#b98a00', disc(10, 10, 9)],
  [YELLOW, disc(10, 10, 8.2)],
  ...more,
];
const withEyes = (...more: Shape[]) => face([DARK, eyes], ...more);
const person = (hair: string, long: boolean): Shape[] => [
  [hair, disc(10, 7, 5) + (long ? box(5, 7, 10, 7) : '')],
  ['#f2c9a0', disc(10, 8, 3.8)],
  [long ? '#d0479a' : BLUE, 'M3 19q1-6 7-6t7 6z'],
];
const hug = (flip: boolean): Shape[] => [
  ...withEyes([DARK, bow(12, 2.5)]),
  [GREEN, flip ? 'M1 8q-1 7 6 9l1-2q-4-1-4-7z' : 'M19 8q1 7-6 9l-1-2q4-1 4-7z'],
];
const heart =
  'M10 17.5C3 12 2 9 2 6.800a4.200 4.200 0 0 1 8-1.800a4.200 4.200 0 0 1 8 1.800C18 9 17 12 10 17.500z';
const thumb = (up: boolean): Shape[] => [
  ['#f2c9a0', up ? 'M7 9l3-7q3 0 2 4v2h5v9H7z' : 'M7 11l3 7q3 0 2-4v-2h5V3H7z'],
  [BLUE, up ? box(2, 8, 4, 10) : box(2, 2, 4, 10)],
];

/** The shapes of emoticons, by name. */
export const art: Record<string, Shape[]> = {
  smile: withEyes([DARK, bow(12, 3)]),
  'open-mouthed smile': withEyes([DARK, 'M5 11h10q0 6-5 6t-5-6z'], [WHITE, box(6, 11, 8, 1.6)]),
  surprised: withEyes([DARK, disc(10, 14, 2.4)]),
  'tongue out': withEyes([DARK, bow(12, 2.5)], [RED, 'M9.500 13.500h4v2q0 2-2 2t-2-2z']),
  wink: face([DARK, disc(7, 8, 1.3) + box(11, 7.4, 4, 1.3)], [DARK, bow(12, 3)]),
  sad: withEyes([DARK, bow(15.5, -3)]),
  confused: withEyes([DARK, 'M5 14q2.500-3 5-1t5-1v1.500q-2.500 2-5 1t-5 1z']),
  disappointed: withEyes([DARK, box(6, 13, 8, 1.3)]),
  crying: withEyes([DARK, bow(15.5, -3)], [BLUE, 'M14 9.500q3 4 0 5t0-5z']),
  embarrassed: face(
    [DARK, eyes],
    ['#f2766b', disc(5, 11.5, 1.8) + disc(15, 11.5, 1.8)],
    [DARK, box(8, 13.5, 4, 1.2)],
  ),
  hot: face([DARK, 'M2 6h16v2q0 3-3.500 3T11 8.500H9Q9 11 5.500 11T2 8z'], [DARK, bow(13, 2.5)]),
  angry: [
    ['#9c1f10', disc(10, 10, 9)],
    ['#f0603c', disc(10, 10, 8.2)],
    [
      DARK,
      'M4 5l4.500 2-.5 1.500-4.500-2zM16 5l-4.500 2 .5 1.500 4.500-2z' +
        disc(7, 9.5, 1.2) +
        disc(13, 9.5, 1.2),
    ],
    [DARK, bow(15.5, -2.5)],
  ],
  angel: [
    ['#e0b400', 'M4 2.500a6 2 0 1 0 12 0a6 2 0 1 0-12 0zm1.500 0a4.500 1 0 1 1 9 0a4.500 1 0 1 1-9 0z'],
    ...withEyes([DARK, bow(12, 3)]),
  ],
  devil: [
    [RED, 'M3 1l4 4-3 2zM17 1l-4 4 3 2z' + disc(10, 11, 8)],
    [DARK, disc(7, 10, 1.3) + disc(13, 10, 1.3)],
    [DARK, bow(13, 3)],
  ],
  'thumbs up': thumb(true),
  'thumbs down': thumb(false),
  heart: [[RED, heart]],
  'broken heart': [
    [RED, heart],
    [WHITE, 'M10 4l-2 4 3 2-2 7 4-8-3-2z'],
  ],
  kiss: [
    [RED, 'M1 9q3-4 6-4 2 0 3 1.500Q11 5 13 5q3 0 6 4-2 6-9 6T1 9z'],
    ['#7a0f14', 'M3 9.500q7-2 14 0-7 3-14 0z'],
  ],
  gift: [
    ['#c43fb0', box(2, 8, 16, 10)],
    ['#e36bd1', box(1, 5, 18, 4)],
    [YELLOW, box(8.5, 5, 3, 13) + 'M10 5Q4 4 5 1q4 0 5 4zM10 5q6-1 5-4-4 0-5 4z'],
  ],
  rose: [
    [GREEN, 'M9.300 9h1.500v10H9.300zM10 15q4 0 5-4-5 0-5 4z'],
    [RED, disc(10, 5.5, 4.5)],
    ['#8f1016', 'M7 5q3-3 6 0-1 3-3 3T7 5z'],
  ],
  'wilted rose': [
    [BROWN, 'M9 8q6-4 6 3l-1 8h-1.500l1-8q0-5-4-1.500z'],
    ['#9b4a50', disc(6.5, 9.5, 4)],
  ],
  girl: person('#a3541f', true),
  boy: person('#5a3a1a', false),
  'hug from the left': hug(false),
  'hug from the right': hug(true),
  camera: [
    [GREY, box(1, 6, 18, 11) + box(6, 3, 8, 4)],
    ['#223', disc(10, 11.5, 4)],
    ['#8fc7ff', disc(10, 11.5, 2.2)],
  ],
  beer: [
    [YELLOW, box(4, 6, 9, 12)],
    [WHITE, disc(6, 5, 2.5) + disc(10, 4.5, 3) + disc(12, 6, 2)],
    [GREY, 'M13 8h4v8h-4v-2h2v-4h-2z'],
  ],
  drink: [
    ['#7fd0e8', 'M2 3h16l-7 8v6h4v2H5v-2h4v-6z'],
    [RED, disc(13, 3.5, 2)],
  ],
  telephone: [
    [RED, 'M1 8q0-5 9-5t9 5l-1 2h-4V7.500H6V10H2zM5 9h10l3 9H2z'],
    [WHITE, disc(10, 13.5, 2.6)],
  ],
  cat: [
    ['#e08a2c', 'M3 2l5 4h4l5-4v9q0 7-7 7t-7-7z'],
    ['#223', disc(7, 10, 1.3) + disc(13, 10, 1.3)],
    ['#ff9fae', 'M9 13h2l-1 1.500z'],
  ],
  dog: [
    [BROWN, 'M4 3h12v8q0 7-6 7t-6-7z'],
    ['#5a3a1a', 'M4 3q-4 2-3 9 4 0 4-5zM16 3q4 2 3 9-4 0-4-5z'],
    ['#223', disc(7.5, 9, 1.2) + disc(12.5, 9, 1.2) + disc(10, 13, 1.6)],
  ],
  coffee: [
    [BLUE, 'M2 7h13v6q0 5-6.500 5T2 13z'],
    ['#4a2a10', 'M3 7h11v2H3z'],
    [BLUE, 'M15 9q4 0 3 3t-4 3v-1.500q3-1 2.500-2.500T15 10.500z'],
    [GREY, 'M6 1q2 2 0 4h1.500q2-2 0-4zM10 1q2 2 0 4h1.500q2-2 0-4z'],
  ],
  idea: [
    [YELLOW, disc(10, 7.5, 6)],
    [YELLOW, box(7.5, 12, 5, 2)],
    [GREY, box(7.5, 14.5, 5, 1.5) + box(8, 16.5, 4, 2)],
  ],
  moon: [['#e8b92e', 'M13 1a9 9 0 1 0 6 14A8 8 0 0 1 13 1z']],
  star: [
    [
      '#f0b400',
      'M10 1l2.700 6 6.300.6-4.800 4.300 1.500 6.500L10 15l-5.700 3.400 1.500-6.500L1 7.600 7.300 7z',
    ],
  ],
  note: [[BLUE, 'M8 3l9-2v12.500h-2V5l-5 1v9.500H8z' + disc(7, 15.5, 3) + disc(14, 13.5, 3)]],
  'e-mail': [
    [GREY, box(1, 4, 18, 13)],
    [WHITE, box(2, 5, 16, 11)],
    [BLUE, 'M2 5h16l-8 7z'],
  ],
  messenger: [
    [GREEN, disc(7, 5, 3) + 'M1 18q0-9 6-9t6 9z'],
    [BLUE, disc(13.5, 6, 3) + 'M8 18q0-8 5.500-8T19 18z'],
  ],
  bat: [['#4a4a66', 'M10 7q4-5 9-3-3 1-2 6-3-2-4 1l-3 5-3-5q-1-3-4-1 1-5-2-6 5-2 9 3z']],
  cake: [
    ['#f2c9a0', box(2, 9, 16, 9)],
    ['#d0479a', 'M2 9h16v3q-2 2-4 0-2 2-4 0-2 2-4 0-2 2-4 0z'],
    [BLUE, box(9, 4, 2, 5)],
    ['#f08c00', 'M10 0q2 3 0 4-2-1 0-4z'],
  ],
  clock: [
    [GREY, disc(10, 10, 9)],
    [WHITE, disc(10, 10, 7.5)],
    ['#223', box(9.3, 4, 1.5, 7) + box(9.3, 9.5, 5, 1.5)],
  ],
  sun: [
    [
      '#f0a000',
      'M9 0h2v4H9zM9 16h2v4H9zM0 9h4v2H0zM16 9h4v2h-4zM2 3.400L3.400 2l3 3L5 6.400zM13.600 15l1.400-1.400 3 3-1.400 1.400zM2 16.600l3-3L6.400 15l-3 3zM13.600 5l3-3L18 3.400l-3 3z',
    ],
    [YELLOW, disc(10, 10, 5)],
  ],
  rainbow: [
    [RED, 'M0 16a10 10 0 0 1 20 0h-2a8 8 0 0 0-16 0z'],
    [YELLOW, 'M2 16a8 8 0 0 1 16 0h-2a6 6 0 0 0-12 0z'],
    [GREEN, 'M4 16a6 6 0 0 1 12 0h-2a4 4 0 0 0-8 0z'],
    [BLUE, 'M6 16a4 4 0 0 1 8 0h-2a2 2 0 0 0-4 0z'],
  ],
  handcuffs: [
    [
      GREY,
      'M1 12a4 4 0 1 0 8 0a4 4 0 1 0-8 0zm1.500 0a2.500 2.500 0 1 1 5 0a2.500 2.500 0 1 1-5 0zM11 12a4 4 0 1 0 8 0a4 4 0 1 0-8 0zm1.500 0a2.500 2.500 0 1 1 5 0a2.500 2.500 0 1 1-5 0zM6 6h8v1.500H6z',
    ],
  ],
  film: [
    ['#333a44', box(2, 2, 16, 16)],
    [
      WHITE,
      box(3, 3, 2, 2) +
        box(3, 7, 2, 2) +
        box(3, 11, 2, 2) +
        box(3, 15, 2, 2) +
        box(15, 3, 2, 2) +
        box(15, 7, 2, 2) +
        box(15, 11, 2, 2) +
        box(15, 15, 2, 2),
    ],
    ['#8fc7ff', box(6.5, 3.5, 7, 6) + box(6.5, 10.5, 7, 6)],
  ],
  'age, sex, location?': [
    [BLUE, disc(10, 10, 9)],
    [
      WHITE,
      'M6 8q0-4 4-4t4 3.500q0 2-2 3t-1.200 2H9q-.5-2.500 1.500-3.500T12 7.500Q12 6 10 6T8 8zM9 14h2v2.200H9z',
    ],
  ],
};

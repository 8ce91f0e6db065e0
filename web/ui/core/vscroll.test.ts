// This file tests the arithmetic of the scaled scroller.
import { describe, expect, it, test } from 'vitest';
import { MAX_PX, Scale } from './vscroll';

function scale(rows: number, height = 600): Scale {
  const s = new Scale(24);
  s.rows = rows;
  s.height = height;
  return s;
}

describe('a list that fits under the cap', () => {
  const s = scale(1000);
  it('is not scaled', () => {
    expect(s.scaled).toBe(false);
    expect(s.physical).toBe(24_000);
    expect(s.toPhysical(480)).toBe(480);
    expect(s.moved(480, 480, 1200, true)).toBe(1200);
  });
});

describe('ten million rows', () => {
  const s = scale(10_000_000);
  it('keeps the physical height', () => expect(s.physical).toBe(MAX_PX));
  it('moves pixel by pixel', () => {
    const top = 120_000_000;
    const p = s.toPhysical(top);
    expect(s.moved(top, p, p + 240, true)).toBe(top + 240); // ten rows
    expect(s.moved(top, p, p - 48, true)).toBe(top - 48); // two rows
  });
  it('maps a dragged thumb in proportion', () => {
    expect(s.moved(0, 0, s.maxPhysical / 2, false)).toBeCloseTo(s.maxTop / 2, 0);
    expect(s.moved(0, 0, s.maxPhysical, false)).toBe(s.maxTop);
  });
  it('reaches the last row exactly', () => {
    expect(s.maxTop).toBe(10_000_000 * 24 - 600);
    expect(s.toPhysical(s.maxTop)).toBe(s.maxPhysical);
  });
  it('gives the physical ends to the true ends only', () => {
    expect(s.toPhysical(24)).toBe(1);
    expect(s.toPhysical(s.maxTop - 24)).toBe(s.maxPhysical - 1);
  });
  it('does not jump to the end when the wheel arrives there early', () => {
    expect(s.moved(5000, 10, 0, true)).toBe(4990);
    expect(s.moved(5000, 10, 0, false)).toBe(0);
  });
});

test.each([
  [0, 0],
  [1, 0],
  [25, 0],
  [26, 24],
])('%i rows can scroll by %i px', (rows, px) => expect(scale(rows).maxTop).toBe(px));

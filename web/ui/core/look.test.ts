// This file tests the colours and fonts of messages.
import { describe, expect, test } from 'vitest';
import * as look from './look';

describe('colours', () => {
  const white = look.parseColour('#ffffff')!;
  const dark = look.parseColour('rgb(15, 20, 26)')!;
  test('are left alone where they can be read', () => {
    expect(look.hexOf(look.readable(look.parseColour('#800080')!, white))).toBe('#800080');
  });
  test.each(['#ffff00', '#ffffff', '#000000', '#00ff00', '#0000ff', '#808080', '#ff8000', '#0f141a'])(
    '%s becomes readable on both themes',
    (c) => {
      for (const bg of [white, dark]) {
        expect(look.contrast(look.readable(look.parseColour(c)!, bg), bg)).toBeGreaterThanOrEqual(4.5);
      }
    },
  );
  test('keep their hue', () => {
    const [r, g, b] = look.readable(look.parseColour('#0000ff')!, dark);
    expect(b).toBeGreaterThan(r);
    expect(r).toBe(g);
  });
  test('plain text is as plain on dark', () => {
    expect(look.contrast(look.readable([0, 0, 0], dark), dark)).toBeGreaterThan(12);
    expect(look.contrast(look.readable([255, 255, 255], white), white)).toBeGreaterThan(12);
    expect(look.contrast(look.readable([128, 128, 128], dark), dark)).toBeLessThan(6);
  });
  test('that are none are none', () => {
    expect(look.parseColour('red;background:url(x)')).toBeNull();
  });
});

describe('fonts', () => {
  test.each([
    [{ font: 'Comic Sans MS' }, '"Comic Sans MS", "Comic Sans", "Comic Neue", "Chalkboard SE", cursive'],
    [{ font: 'MS Shell Dlg' }, '"MS Shell Dlg", Tahoma, "DejaVu Sans", sans-serif'],
    [{ font: 'Nobody Has It', pitch: 'Roman, variable pitch' }, '"Nobody Has It", serif'],
    [{ font: '宋体' }, '"宋体", sans-serif'],
    [{ font: 'x"; color: red; a: "' }, 'sans-serif'],
    [{ font: '', pitch: 'Modern, fixed pitch' }, 'monospace'],
  ])('%o', (of, stack) => expect(look.fontStack(of)).toBe(stack));
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitLabel, fitText, widthOf, wrapText } from '../../src/render/labels.ts';

const font = { family: 'Verdana', size: 12 };
const anyText = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }));
const anyRoom = fc.double({ min: 0, max: 400, noNaN: true });

test('a label takes no more than its room', () => {
  fc.assert(
    fc.property(anyText, fc.string(), anyRoom, (name, amount, room) => {
      const label = fitLabel({ name, amount }, font, room);
      const shown = label.amount === '' ? label.name : `${label.name} ${label.amount}`;
      expect(widthOf(shown, font)).toBeLessThanOrEqual(room);
    }),
  );
});

test('what is cut keeps its start, three characters at least, and whole characters', () => {
  fc.assert(
    fc.property(anyText, anyRoom, (text, room) => {
      const fitted = fitText(text, font, room);
      if (fitted === text || fitted === '') return;
      const kept = fitted.slice(0, -2);
      expect(text.startsWith(kept)).toBe(true);
      expect(fitted.endsWith('..')).toBe(true);
      expect([...kept].length).toBeGreaterThanOrEqual(3);
      if (!/\p{Cs}/u.test(text)) expect(kept).not.toMatch(/\p{Cs}/u);
    }),
  );
});

test('the amount is shown where there is room for all of it', () => {
  const label = { name: 'cache_put', amount: '4.2 MiB' };
  expect(fitLabel(label, font, 200)).toEqual(label);
  expect(fitLabel(label, font, 100)).toEqual({ name: 'cache_put', amount: '' });
  expect(fitLabel(label, font, 50)).toEqual({ name: 'cache..', amount: '' });
  expect(fitLabel(label, font, 20)).toEqual({ name: '', amount: '' });
});

test('wide characters count as wide, and fixed-width fonts as such', () => {
  expect(widthOf('漢字', font)).toBeGreaterThanOrEqual(24);
  expect(widthOf('😀', font)).toBeGreaterThanOrEqual(12 * 1.3);
  expect(widthOf('illi', { family: 'monospace', size: 10 })).toBeGreaterThanOrEqual(24);
  expect(widthOf('illi', { family: 'Verdana, sans-serif', size: 10 })).toBeLessThan(20);
});

test('wrapped lines fit and hold the whole text', () => {
  fc.assert(
    fc.property(anyText, fc.double({ min: 50, max: 400, noNaN: true }), (text, room) => {
      const lines = wrapText(text, font, room);
      for (const line of lines) expect(widthOf(line, font)).toBeLessThanOrEqual(room);
      expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
    }),
  );
});

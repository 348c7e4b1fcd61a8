import fc from 'fast-check';
import { expect, test } from 'vitest';
import { colorSchemes, colourOf, neutralColour } from '../../src/render/colour.ts';
import { channels, contrast } from './colours.ts';

test.each(colorSchemes)('%s carries black text', (scheme) => {
  fc.assert(
    fc.property(fc.string(), (name) => {
      expect(contrast(colourOf(name, scheme))).toBeGreaterThanOrEqual(4.5);
    }),
    { numRuns: 2000 },
  );
});

test('boxes that are no function carry black text', () => {
  expect(contrast(neutralColour)).toBeGreaterThanOrEqual(4.5);
});

test('the memory palette has no red in the lead', () => {
  fc.assert(
    fc.property(fc.string(), (name) => {
      const [red, green, blue] = channels(colourOf(name, 'mem'));
      expect(Math.max(green!, blue!)).toBeGreaterThanOrEqual(red!);
    }),
  );
});

test('a name has one colour, and the next name another', () => {
  expect(colourOf('malloc', 'mem')).toBe(colourOf('malloc', 'mem'));
  const colours = Array.from({ length: 100 }, (_, i) => colourOf(`worker_${i}`, 'mem'));
  expect(new Set(colours).size).toBeGreaterThan(95);
});

test('code without a name is greyish in every scheme', () => {
  for (const scheme of colorSchemes) {
    const values = channels(colourOf('[libssl.so.3]', scheme));
    expect(Math.max(...values) - Math.min(...values)).toBeLessThan(24);
  }
});

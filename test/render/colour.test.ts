import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Frame } from '../../src/frame.ts';
import {
  type ColorScheme,
  colorSchemes,
  colourOf,
  neutralColour,
} from '../../src/render/colour.ts';
import { channels, contrast } from './colours.ts';

test.each(colorSchemes())('%s carries black text', (scheme) => {
  fc.assert(
    fc.property(fc.string(), (name) => {
      expect(contrast(colourOf({ name }, scheme))).toBeGreaterThanOrEqual(4.5);
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
      const [red, green, blue] = channels(colourOf({ name }, 'mem'));
      expect(Math.max(green!, blue!)).toBeGreaterThanOrEqual(red!);
    }),
  );
});

test('a name has one colour, and the next name another', () => {
  expect(colourOf({ name: 'malloc' }, 'mem')).toBe(colourOf({ name: 'malloc' }, 'mem'));
  const colours = Array.from({ length: 100 }, (_, i) => colourOf({ name: `worker_${i}` }, 'mem'));
  expect(new Set(colours).size).toBeGreaterThan(95);
});

test('code without a name is greyish in every scheme', () => {
  for (const scheme of colorSchemes()) {
    const values = channels(colourOf({ name: '[libssl.so.3]' }, scheme));
    expect(Math.max(...values) - Math.min(...values)).toBeLessThan(24);
  }
});

/** The leading hue, roughly. */
function hueOf(frame: Frame, scheme: ColorScheme): string {
  const [red, green, blue] = channels(colourOf(frame, scheme)) as [number, number, number];
  if (red > green && green > blue) return green - blue > red - green ? 'yellow' : 'orange';
  if (red > green) return 'red';
  return green > blue ? 'green' : 'blue';
}

test.each<[ColorScheme, Frame, string[]]>([
  ['java', { name: 'java/util/HashMap.get', jit: true }, ['green']],
  ['java', { name: 'org.apache.X' }, ['green']],
  ['java', { name: 'HashMap.get', jit: true, inlined: true }, ['green', 'blue']],
  ['java', { name: 'Unsafe_Park::x' }, ['yellow']],
  ['java', { name: 'vfs_read', kernel: true }, ['orange', 'yellow']],
  ['java', { name: 'start_thread' }, ['red']],
  ['js', { name: 'parse /app/x.js:12', jit: true }, ['green']],
  ['js', { name: 'v8::internal::Heap' }, ['yellow']],
  ['perl', { name: 'Perl_sv_grow' }, ['green']],
  ['chain', { name: 'schedule_[w]' }, ['green', 'blue']],
  ['chain', { name: 'schedule' }, ['blue']],
  ['wakeup', { name: 'schedule' }, ['green', 'blue']],
])('%s colours %j %j', (scheme, frame, hues) => {
  expect(hues).toContain(hueOf(frame, scheme));
});

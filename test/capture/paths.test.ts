import fc from 'fast-check';
import { expect, test } from 'vitest';
import { framesOf, PathTable } from '../../src/capture/paths.ts';

/** Few frames, so that many paths share their start; some as large as they can be. */
const frame = fc.oneof(fc.nat(3), fc.constantFrom(0x10000, 2 ** 31 - 1));
const frames = fc.array(frame, { minLength: 1, maxLength: 60 });
const entries = fc.array(fc.record({ origin: fc.nat(2), frames }), { maxLength: 300 });

test('a path gives back its frames, and is another for another origin or other frames', () => {
  fc.assert(
    fc.property(entries, (entered) => {
      const table = new PathTable();
      const numbers = entered.map((each) => table.enter(each.origin, each.frames));
      const paths = table.paths();
      expect(numbers.map((path) => framesOf(paths, path))).toEqual(
        entered.map((each) => each.frames),
      );
      const byText = new Map(numbers.map((path, i) => [JSON.stringify(entered[i]), path]));
      expect(new Set(numbers).size).toBe(byText.size);
      expect(numbers).toEqual(entered.map((each) => byText.get(JSON.stringify(each))));
    }),
  );
});

test('a shared start is there once, and a parent below its children', () => {
  const table = new PathTable();
  const deep = Array.from({ length: 5000 }, (_, i) => i % 7);
  table.enter(0, deep);
  table.enter(0, [...deep, 1]);
  table.enter(0, [...deep, 2]);
  const { parent } = table.paths();
  expect(parent).toHaveLength(1 + 5000 + 2);
  expect(parent.every((above, path) => above < path)).toBe(true);
});

test('a part of an array is entered', () => {
  const table = new PathTable();
  const path = table.enter(0, Int32Array.of(4, 5, 6), 2);
  expect(framesOf(table.paths(), path)).toEqual([4, 5]);
});

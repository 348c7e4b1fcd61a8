import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatGrowth } from '../src/growth.ts';

test.each([
  [0, 5, 'new'],
  [5, 0, 'vanished'],
  [5, 5, '0%'],
  [8, 9, '+12.5%'],
  [1000, 65, '-93.5%'],
  [100_000, 100_001, '+<0.1%'],
  [100_000, 70, '-99.9%'],
  [100_000, 30, '-99.97%'],
  [1_000_000, 3, '-99.9997%'],
  [10_000_000_000, 1, '-99.9999%'],
])('from %d to %d is %s', (before, after, text) => {
  expect(formatGrowth(before, after)).toBe(text);
});

test('less than before is never all of it, and fits its column', () => {
  const amount = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
  fc.assert(
    fc.property(amount, amount, (one, other) => {
      fc.pre(one !== other);
      const text = formatGrowth(Math.max(one, other), Math.min(one, other));
      expect(text).toMatch(/^-(<0\.1|\d\d?\.\d{1,4})%$/);
    }),
  );
});

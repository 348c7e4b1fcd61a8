import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CaptureStacks } from '../../src/capture/stacks.ts';
import type { CaptureStack } from '../../src/capture.ts';

const number = fc.nat(2 ** 31 - 1);
const weight = fc.record({ bytes: fc.maxSafeNat(), calls: fc.maxSafeNat() });
const walkEnd = fc.constantFrom('cut', 'no_mapping', 'no_unwind_info', 'unsupported', 'unreadable');
const walked = {
  process: number,
  path: number,
  walkEnd,
  fpFrames: fc.array(number, { maxLength: 5 }),
};
const required = ['process', 'path', 'alloc'] as const;
const entries = fc.record({ ...walked, alloc: weight }, { requiredKeys: [...required] });
const all = { ...walked, alloc: weight, freed: weight, unfreed: weight };
const full = fc.record(all, { requiredKeys: [...required, 'freed', 'unfreed'] });

test.each([
  ['with frees', true, full],
  ['without', false, entries],
] as const)('gives back every stack as it was, %s', (_, hasFrees, stack) => {
  fc.assert(
    fc.property(fc.array(stack, { maxLength: 200 }), (stacks) => {
      const kept = new CaptureStacks(hasFrees);
      for (const each of stacks) kept.push(each as CaptureStack);
      expect(kept.length).toBe(stacks.length);
      expect([...kept]).toEqual(stacks);
    }),
  );
});

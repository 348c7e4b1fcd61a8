import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joinedViews, separatedViews } from '../../src/profile/views.ts';
import { type Profile, stackOf } from '../../src/profile.ts';
import { heapView } from '../render/pages.ts';
import { profileOf, someStacks } from '../render/profiles.ts';

/** Every stack that has a weight, with its weights, sorted. */
function weighed(profile: Profile): string[] {
  const weights = (node: number) => profile.columns.map(({ self }) => self[node]!);
  return Array.from(profile.parent.keys())
    .filter((node) => weights(node).some((weight) => weight > 0))
    .map((node) => JSON.stringify([stackOf(profile, node), weights(node)]))
    .sort();
}

test('views that are joined can be had back, each without what only others have', () => {
  fc.assert(
    fc.property(someStacks, someStacks, (one, other) => {
      const views = [heapView('all', one), heapView('unfreed', other), profileOf(one)] as const;
      const joined = joinedViews(views);
      expect(joined.columns).toHaveLength(5);
      const separated = separatedViews(joined);
      expect(separated.map(({ meta }) => meta)).toEqual(views.map(({ meta }) => meta));
      expect(separated.map(weighed)).toEqual(views.map(weighed));
      for (const { frame, frames } of separated)
        expect(new Set(frame.slice(1)).size).toBe(frames.length);
    }),
    { numRuns: 50 },
  );
});

test('a single view is as it was', () => {
  const profile = profileOf([['a;b', 3]]);
  expect(joinedViews([profile])).toBe(profile);
  expect(separatedViews(profile)).toEqual([profile]);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writeCollapsed } from '../../src/collapsed.ts';
import { UserError } from '../../src/errors.ts';
import { reversed } from '../../src/profile/reversed.ts';
import type { Profile } from '../../src/profile.ts';
import { profileOf, someStacks } from '../render/profiles.ts';
import { textOf } from '../text-of.ts';

function folded(profile: Profile): string[] {
  return textOf(writeCollapsed(profile)).split('\n');
}

test('turns every stack round and merges what ends alike', () => {
  const profile = profileOf([
    ['main;a;malloc', 1],
    ['main;b;malloc', 2],
    ['main', 4],
  ]);
  expect(folded(reversed(profile))).toEqual(['main 4', 'malloc;a;main 1', 'malloc;b;main 2', '']);
});

test('twice is as before', () => {
  fc.assert(
    fc.property(someStacks, (stacks) => {
      const profile = profileOf(stacks);
      expect(folded(reversed(reversed(profile)))).toEqual(folded(profile));
    }),
  );
});

test('refuses what would be too large', () => {
  const names = Array.from({ length: 50 }, (_, i) => `f${i}`);
  const stacks = names.map((_, i) => [names.slice(0, i + 1), 1] as const);
  expect(() => reversed(profileOf(stacks), 1274)).toThrow(UserError);
  expect(reversed(profileOf(stacks), 1275).parent).toHaveLength(1276);
});

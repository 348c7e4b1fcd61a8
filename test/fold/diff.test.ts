import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCollapsed } from '../../src/collapsed/reader.ts';
import { writeCollapsed } from '../../src/collapsed.ts';
import { changeAt, selfChanges, totalChanges } from '../../src/profile/differential.ts';
import { chunksOf } from '../chunks.ts';
import { profileOf } from '../render/profiles.ts';
import { textOf } from '../text-of.ts';
import { compared, stacks, written } from './comparisons.ts';

describe('diff', () => {
  it('of a profile with itself is zero everywhere', () => {
    fc.assert(
      fc.property(stacks, (input) => {
        const profile = profileOf(input);
        const difference = compared(profile, profile);
        for (const changes of [selfChanges(difference), totalChanges(difference)])
          expect(difference.parent.findIndex((_, node) => changeAt(changes, node) !== 0)).toBe(-1);
      }),
    );
  });

  it('holds both profiles: each can be read back', () => {
    fc.assert(
      fc.property(stacks, stacks, (one, other) => {
        const [before, after] = [profileOf(one), profileOf(other)];
        const difference = compared(before, after);
        expect(textOf(writeCollapsed(difference, 'before'))).toEqual(
          textOf(writeCollapsed(before)),
        );
        expect(textOf(writeCollapsed(difference, 'after'))).toEqual(textOf(writeCollapsed(after)));
      }),
    );
  });

  it('adds up: the change of a frame is that of all that it calls and its own', () => {
    fc.assert(
      fc.property(stacks, stacks, (one, other) => {
        const difference = compared(profileOf(one), profileOf(other));
        const [own, total] = [selfChanges(difference), totalChanges(difference)];
        const sums = difference.parent.map((_, node) => changeAt(own, node));
        for (let node = sums.length - 1; node > 0; node--)
          sums[difference.parent[node]!]! += sums[node]!;
        for (const [node, sum] of sums.entries()) expect(changeAt(total, node)).toBe(sum);
      }),
    );
  });

  it('of a profile with its own collapsed text is zero everywhere', async () => {
    await fc.assert(
      fc.asyncProperty(stacks, async (input) => {
        const profile = profileOf(input);
        const text = textOf(writeCollapsed(profile));
        fc.pre(text !== '');
        const { profile: read } = await readCollapsed(chunksOf(text));
        // A file whose every line looks like one of a differential is one.
        fc.pre(read.meta.differential === undefined);
        const changes = selfChanges(compared(profile, read));
        expect([...changes.after]).toEqual([...changes.before]);
      }),
    );
  });

  it('can be written and read again', async () => {
    await fc.assert(
      fc.asyncProperty(stacks, stacks, async (one, other) => {
        const text = written(compared(profileOf(one), profileOf(other)));
        fc.pre(text !== '');
        const { profile } = await readCollapsed(chunksOf(text));
        expect(written(profile)).toBe(text);
        expect(profile.columns.map(({ name }) => name)).toEqual(['before', 'after']);
      }),
    );
  });

  it('leaves the input as it was', () => {
    const profile = profileOf([['a', 3]]);
    const copy = structuredClone(profile);
    compared(profile, profileOf([['a', 4]]), { normalize: 'after' });
    expect(profile).toEqual(copy);
  });

  it('goes as deep as stacks go', () => {
    const deep = Array.from({ length: 50_000 }, (_, index) => `f${index % 3}`);
    const changes = totalChanges(compared(profileOf([[deep, 1]]), profileOf([[deep, 3]])));
    expect([changes.before.length, changes.before[0], changes.after[50_000]]).toEqual([
      50_001, 1, 3,
    ]);
  });
});

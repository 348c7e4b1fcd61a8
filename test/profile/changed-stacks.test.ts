import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diff } from '../../src/fold/diff.ts';
import { changedStacks } from '../../src/profile/changed-stacks.ts';
import { stackOf } from '../../src/profile.ts';
import { profileOf, type Stacks } from '../render/profiles.ts';

const stack = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 });
// Few weights: many changes are of the same size.
const stacks: fc.Arbitrary<Stacks[number][]> = fc.array(
  fc.tuple(
    stack.map((names) => names.join(';')),
    fc.nat(3),
  ),
  { maxLength: 40 },
);

function compared(before: Stacks, after: Stacks) {
  const run = (stacks: Stacks) => [{ name: '', profile: profileOf(stacks) }];
  return diff(
    { before: run(before), after: run(after) },
    { normalize: 'none', threshold: { amount: 2 }, matching: { by: 'all', stripHex: false } },
  );
}

/** Of every group, in order: the stack and its change. */
function listed(before: Stacks, after: Stacks, most?: number) {
  const difference = compared(before, after);
  const { grown, shrunk, noise, largest, inOrder } = changedStacks(difference);
  return [grown, shrunk, noise].map((group) =>
    (most === undefined ? [...inOrder(group)] : largest(group, most)).map(({ node, change }) => ({
      stack: stackOf(difference, node).map(({ name }) => name),
      change,
    })),
  );
}

describe('changedStacks', () => {
  it('has the first few as they are in the whole list', () => {
    fc.assert(
      fc.property(stacks, stacks, fc.integer({ min: 1, max: 5 }), (before, after, most) => {
        const whole = listed(before, after).map((group) => group.slice(0, most));
        expect(listed(before, after, most)).toEqual(whole);
      }),
    );
  });

  it('is in the same order whatever order the input was in', () => {
    fc.assert(
      fc.property(stacks, stacks, (before, after) => {
        expect(listed([...before].reverse(), [...after].reverse())).toEqual(listed(before, after));
      }),
    );
  });

  it('lists equal changes by name, a caller before what it calls', () => {
    const after: Stacks = [
      ['b', 5],
      ['a;z', 5],
      ['a', 5],
      ['a;y;x', 5],
    ];
    const names = listed([], after)[0]!.map(({ stack }) => stack.join(';'));
    expect(names).toEqual(['a', 'a;y;x', 'a;z', 'b']);
  });

  it('adds up to the change of the total', () => {
    fc.assert(
      fc.property(stacks, stacks, (before, after) => {
        const { grown, shrunk, noise } = changedStacks(compared(before, after));
        const change = [grown, shrunk, noise].reduce((sum, { gain, loss }) => sum + gain + loss, 0);
        const total = (stacks: Stacks) => stacks.reduce((sum, [, weight]) => sum + weight, 0);
        expect(change).toBe(total(after) - total(before));
      }),
    );
  });

  it('counts what is new and what vanished', () => {
    const before: Stacks = [
      ['a', 10],
      ['b', 10],
      ['c', 1],
    ];
    const after: Stacks = [
      ['a', 30],
      ['d', 10],
      ['e', 10],
    ];
    const { grown, shrunk, noise } = changedStacks(compared(before, after));
    expect([grown, shrunk, noise].map(({ nodes, ends }) => [nodes.length, ends])).toEqual([
      [3, 2],
      [1, 1],
      [1, 1],
    ]);
  });
});

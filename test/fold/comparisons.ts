import fc from 'fast-check';
import { writeDifferential } from '../../src/collapsed.ts';
import { type DiffOptions, diff } from '../../src/fold/diff.ts';
import type { Frame } from '../../src/frame.ts';
import type { Profile } from '../../src/profile.ts';
import { profileOf, type Stacks } from '../render/profiles.ts';
import { textOf } from '../text-of.ts';

/** Nothing is scaled or taken for noise. */
export const plain: DiffOptions = {
  normalize: 'none',
  threshold: { amount: 0 },
  matching: { by: 'all', stripHex: false },
};

/** Two profiles, `old` and `new`. */
export function compared(
  before: Profile,
  after: Profile,
  options: Partial<DiffOptions> = {},
): Profile {
  const run = (name: string, profile: Profile) => [{ name, profile }];
  return diff({ before: run('old', before), after: run('new', after) }, { ...plain, ...options });
}

/** Several runs a side, `run 0` and so on. */
export function repeated(
  before: Stacks[],
  after: Stacks[],
  options: Partial<DiffOptions> = {},
): Profile {
  const runs = (all: Stacks[]) =>
    all.map((stacks, index) => ({ name: `run ${index}`, profile: profileOf(stacks) }));
  return diff({ before: runs(before), after: runs(after) }, { ...plain, ...options });
}

export function written(profile: Profile): string {
  return textOf(writeDifferential(profile));
}

const frame: fc.Arbitrary<Frame> = fc.record(
  {
    name: fc.oneof(fc.constantFrom('a', 'b', 'b;', 'main', '0x7f', ' x 8'), fc.string()),
    module: fc.constantFrom('libc.so.6', 'server'),
    file: fc.constantFrom('a.c', 'b.c'),
    line: fc.nat(3),
    inlined: fc.constant(true),
  },
  { requiredKeys: ['name'] },
);
/** Some with names that are hard to write, and of all kinds of frames. */
export const stacks = fc.array(
  fc.tuple(fc.array(frame, { minLength: 1, maxLength: 5 }), fc.nat(10_000)),
  {
    maxLength: 30,
  },
);

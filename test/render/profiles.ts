import fc from 'fast-check';
import type { Frame } from '../../src/frame.ts';
import { ProfileBuilder } from '../../src/profile/builder.ts';
import type { Metadata } from '../../src/profile/metadata.ts';
import type { Profile } from '../../src/profile.ts';
import { renderSvg, type SvgOptions } from '../../src/render/svg.ts';
import type { Unit } from '../../src/units.ts';

type Stack = string | readonly (string | Frame)[];
export type Stacks = readonly (readonly [stack: Stack, weight: number])[];

/** A profile of `a;b;c` or `['a', 'b;c']` or frames, and weights, in one column. */
export function profileOf(stacks: Stacks, meta: Metadata = {}, unit: Unit = 'bytes'): Profile {
  const builder = new ProfileBuilder([{ name: 'inuse_space', unit }]);
  for (const [stack, weight] of stacks) {
    let node = 0;
    for (const frame of typeof stack === 'string' ? stack.split(';') : stack) {
      const known = typeof frame === 'string' ? { name: frame } : frame;
      node = builder.child(node, builder.frame(known));
    }
    builder.add(node, 0, weight);
  }
  return builder.build(meta);
}

export function svgOf(profile: Profile, options?: SvgOptions): string {
  return [...renderSvg(profile, options)].join('');
}

const names = fc.oneof(fc.constantFrom('a', 'b', 'c', 'main', '[libc.so.6]'), fc.string());
const stack = fc.array(names, { minLength: 1, maxLength: 8 });
// Few heavy stacks among many light ones: what is too narrow to draw must happen often.
const weight = fc.oneof(fc.nat(20), fc.nat(5_000), fc.nat(10_000_000));

export const someStacks = fc.array(fc.tuple(stack, weight), { minLength: 1, maxLength: 60 });

import { ProfileBuilder } from '../../src/profile/builder.ts';
import { snapshotColumns } from '../../src/profile/steadiness.ts';
import type { Profile } from '../../src/profile.ts';

/** What is unfreed at 1, 2 and 3 seconds and at the end, of stacks. */
export function grown(
  stacks: readonly (readonly [stack: string | readonly string[], amounts: readonly number[]])[],
): Profile {
  const times = [1000, 2000, 3000];
  const column = { name: 'inuse_space', unit: 'bytes' } as const;
  const builder = new ProfileBuilder([column, ...snapshotColumns(column, times)]);
  for (const [stack, amounts] of stacks) {
    const names = typeof stack === 'string' ? stack.split(';') : stack;
    const frames = names.map((name) => builder.frame({ name }));
    const leaf = frames.reduce((node, frame) => builder.child(node, frame), 0);
    for (const [at, amount] of amounts.entries()) builder.add(leaf, (at + 1) % 4, amount);
  }
  return builder.build({ view: 'unfreed', snapshots: times, durationMs: 4000 });
}

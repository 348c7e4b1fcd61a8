import type { Profile } from '../profile.ts';
import { ProfileBuilder } from './builder.ts';

/** The same with every frame only once: stacks that became equal by that are one. */
export function withFramesOnce({ frames, parent, frame, columns, meta }: Profile): Profile {
  const builder = new ProfileBuilder(columns);
  const known = frames.map((each) => builder.frame(each));
  const moved = new Int32Array(parent.length);
  for (let node = 0; node < parent.length; node++) {
    if (node > 0) moved[node] = builder.child(moved[parent[node]!]!, known[frame[node]!]!);
    for (const [index, { self }] of columns.entries())
      builder.add(moved[node]!, index, self[node]!);
  }
  return builder.build(meta);
}

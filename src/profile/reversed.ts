import { UserError } from '../errors.ts';
import type { NodeIndex, Profile } from '../profile.ts';
import { ProfileBuilder } from './builder.ts';

/** A recursion of n frames turned round has n * n / 2 of them. */
const usualMost = 10_000_000;

/**
 * Every stack turned round, so that what ends in the same function has a common root. Throws a
 * UserError for more than `mostNodes`.
 */
export function reversed(profile: Profile, mostNodes = usualMost): Profile {
  const { frames, parent, frame, columns, meta } = profile;
  const builder = new ProfileBuilder(columns);
  const known = frames.map((each) => builder.frame(each));
  let nodes = 0;
  for (let node: NodeIndex = 0; node < parent.length; node++) {
    if (columns.every(({ self }) => self[node] === 0)) continue;
    let into: NodeIndex = 0;
    for (let at = node; at > 0; at = parent[at]!) {
      const before = into;
      into = builder.child(into, known[frame[at]!]!);
      if (into > before && ++nodes > mostNodes) throw tooMany(mostNodes);
    }
    for (const [column, { self }] of columns.entries()) builder.add(into, column, self[node]!);
  }
  return builder.build(meta);
}

function tooMany(most: number): UserError {
  return new UserError(
    `these stacks turned round have more than ${most} frames: leave --reverse out`,
  );
}

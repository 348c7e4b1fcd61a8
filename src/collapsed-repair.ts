import { childNodes, childrenOf } from './children.ts';
import { frameOfText, marksOf } from './collapsed-name.ts';
import type { Frame, NodeIndex, Profile } from './profile.ts';
import { ProfileBuilder } from './profile-builder.ts';

/** For a differential that was read as if it had one count: takes the other off the leaves' names. */
export function withoutFirstCounts(profile: Profile): Profile {
  const builder = new ProfileBuilder(profile.columns);
  const children = childrenOf(profile);
  const moved = new Int32Array(profile.parent.length);
  for (let node = 1; node < moved.length; node++) {
    const parent = moved[profile.parent[node]!]!;
    const frame = frameOf(profile, node);
    if (childNodes(children, node).length > 0)
      moved[node] = builder.child(parent, builder.frame(frame));
    const weights = profile.columns.map((column) => column.self[node]!);
    if (weights.every((weight) => weight === 0)) continue;
    // Nothing is left where the stack ended in a `;` before its counts.
    const name = frame.name.replace(/[ \t]+\d+(?:\.\d*)?$/, '');
    const leaf = name === '' ? parent : builder.child(parent, builder.frame(frameOfText(name)));
    for (const [column, weight] of weights.entries()) builder.add(leaf, column, weight);
  }
  return builder.build(profile.meta);
}

const million = 1_000_000;

/**
 * Makes column 0 whole by handing out column 1, its millionths, as whole units: what is left over
 * at one stack goes to the next, so that the total is off by half a unit at most however many
 * stacks there are. The order is that of the names, so the input's does not matter.
 */
export function withWholeCounts(profile: Profile): Profile {
  const [units, millionths] = profile.columns;
  const builder = new ProfileBuilder([units!]);
  const moved = new Int32Array(profile.parent.length);
  let left = million / 2;
  for (const node of nodesByName(profile)) {
    const parent = moved[profile.parent[node]!]!;
    moved[node] = builder.child(parent, builder.frame(frameOf(profile, node)));
    left += millionths!.self[node]!;
    const whole = Math.floor(left / million);
    left -= whole * million;
    builder.add(moved[node]!, 0, units!.self[node]! + whole);
  }
  return builder.build(profile.meta);
}

/** All nodes but the root, parents first, siblings in the order of their names' and marks' code units. */
function* nodesByName(profile: Profile): Generator<NodeIndex> {
  const children = childrenOf(profile);
  const names = profile.frames.map((frame) => frame.name + marksOf(frame));
  const name = (node: NodeIndex) => names[profile.frame[node]!]!;
  const waiting: NodeIndex[] = [0];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node !== 0) yield node;
    const below = [...childNodes(children, node)].sort((a, b) => (name(a) < name(b) ? 1 : -1));
    for (const child of below) waiting.push(child);
  }
}

function frameOf(profile: Profile, node: NodeIndex): Frame {
  return profile.frames[profile.frame[node]!]!;
}

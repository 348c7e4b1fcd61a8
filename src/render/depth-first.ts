import { childrenOf } from '../profile/children.ts';
import type { FrameIndex, NodeIndex, Profile } from '../profile.ts';

export interface DepthFirst {
  readonly nodes: Int32Array;
  /** Of each of them; 0 for the root, which is the first. */
  readonly depth: Int32Array;
}

/** The nodes of a profile, each followed by all that it called; siblings by the rank of their frames. */
export function depthFirst(
  profile: Pick<Profile, 'parent' | 'frame'>,
  rank: (frame: FrameIndex) => number = (frame) => frame,
): DepthFirst {
  const { start, nodes: children } = childrenOf(profile);
  const nodes = new Int32Array(profile.parent.length);
  const depth = new Int32Array(nodes.length);
  const rankOf = (node: NodeIndex) => rank(profile.frame[node]!);
  const depthOf = new Int32Array(nodes.length);
  const pending = new Int32Array(nodes.length);
  let waiting = 1;
  for (let at = 0; waiting > 0; at++) {
    const node = pending[--waiting]!;
    nodes[at] = node;
    depth[at] = depthOf[node]!;
    const first = start[node]!;
    const end = start[node + 1]!;
    if (end - first > 1) sort(children.subarray(first, end), rankOf);
    // Backwards: the last that is put down is the first that is taken up.
    for (let i = end - 1; i >= first; i--) {
      const child = children[i]!;
      depthOf[child] = depth[at]! + 1;
      pending[waiting++] = child;
    }
  }
  return { nodes, depth };
}

/** Most are in order already, and sorting costs ten times what looking does. */
function sort(nodes: Int32Array, rankOf: (node: NodeIndex) => number): void {
  for (let i = 1; i < nodes.length; i++)
    if (rankOf(nodes[i - 1]!) > rankOf(nodes[i]!)) {
      nodes.sort((a, b) => rankOf(a) - rankOf(b));
      return;
    }
}

/** The weights of some nodes. With a plain loop: there may be a hundred columns. */
export function weightsAt(weights: Float64Array, nodes: Int32Array): Float64Array {
  const found = new Float64Array(nodes.length);
  for (let place = 0; place < found.length; place++) found[place] = weights[nodes[place]!]!;
  return found;
}

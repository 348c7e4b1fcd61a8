import { childNodes, childrenOf } from '../profile/children.ts';
import type { FrameIndex, NodeIndex, Profile } from '../profile.ts';

export interface DepthFirst {
  readonly nodes: readonly NodeIndex[];
  /** Of each of them; 0 for the root, which is the first. */
  readonly depth: readonly number[];
}

/** The nodes of a profile, each followed by all that it called; siblings by the rank of their frames. */
export function depthFirst(
  profile: Profile,
  rank: (frame: FrameIndex) => number = (frame) => frame,
): DepthFirst {
  const children = childrenOf(profile);
  const rankOf = (node: NodeIndex) => rank(profile.frame[node]!);
  const nodes: NodeIndex[] = [];
  const depth: number[] = [];
  const pending: NodeIndex[] = [0];
  const pendingDepth: number[] = [0];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const itsDepth = pendingDepth.pop()!;
    nodes.push(node);
    depth.push(itsDepth);
    const own = sorted(childNodes(children, node), rankOf);
    // Backwards: the last that is put down is the first that is taken up.
    for (let i = own.length - 1; i >= 0; i--) {
      pending.push(own[i]!);
      pendingDepth.push(itsDepth + 1);
    }
  }
  return { nodes, depth };
}

/** Most are in order already, and sorting costs ten times what looking does. */
function sorted(nodes: Int32Array, rankOf: (node: NodeIndex) => number): Int32Array {
  for (let i = 1; i < nodes.length; i++)
    if (rankOf(nodes[i - 1]!) > rankOf(nodes[i]!))
      return nodes.slice().sort((a, b) => rankOf(a) - rankOf(b));
  return nodes;
}

import type { NodeIndex, Profile } from '../profile.ts';

/** The children of node n are `nodes[start[n]]` up to, not including, `nodes[start[n + 1]]`. */
export interface Children {
  readonly start: Int32Array;
  readonly nodes: Int32Array;
}

/** Turns the parent links of a profile round; children are in the order of their indexes, or of all nodes in `order`. */
export function childrenOf(profile: Pick<Profile, 'parent'>, order?: Int32Array): Children {
  const count = profile.parent.length;
  const start = new Int32Array(count + 1);
  for (let node = 1; node < count; node++) start[profile.parent[node]! + 1]!++;
  for (let node = 0; node < count; node++) start[node + 1]! += start[node]!;
  const nodes = new Int32Array(count - 1);
  const next = start.slice();
  for (let at = 1; at < count; at++) {
    const node = order === undefined ? at : order[at]!;
    nodes[next[profile.parent[node]!]!++] = node;
  }
  return { start, nodes };
}

/** The nodes directly below `node`. */
export function childNodes(children: Children, node: NodeIndex): Int32Array {
  return children.nodes.subarray(children.start[node], children.start[node + 1]);
}

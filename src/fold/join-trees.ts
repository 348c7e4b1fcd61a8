import { childrenOf } from '../profile/children.ts';
import type { Profile } from '../profile.ts';

type Nodes = Pick<Profile, 'parent' | 'frame'>;

/** A profile's nodes and one of its columns; siblings have different frames. */
export interface NamedTree extends Nodes {
  readonly self: Float64Array;
}

export interface JoinedTrees extends Nodes {
  /** Of each tree. */
  readonly selfs: readonly Float64Array[];
}

/**
 * Trees that number the same `frames` as one: the first, and behind it what each of the others adds.
 * Takes time and memory in proportion to the nodes, in whatever shape they are.
 */
export function joinTrees(
  [first, ...others]: readonly [NamedTree, ...NamedTree[]],
  frames: number,
): JoinedTrees {
  let joined: Nodes = first;
  const places = others.map((tree) => {
    const places = placesIn(joined, tree, frames);
    joined = withAdded(joined, tree, places);
    return places.of;
  });
  const count = joined.parent.length;
  const own = new Float64Array(count);
  own.set(first.self);
  return {
    ...joined,
    selfs: [own, ...others.map(({ self }, index) => moved(self, places[index]!, count))],
  };
}

interface Places {
  /** Of each node of a tree, its number in the joined one. */
  readonly of: Int32Array;
  /** Nodes of both together. */
  readonly count: number;
}

/** The children of one parent after the other are noted by their frames: no table of all nodes is needed. */
function placesIn(joined: Nodes, tree: Nodes, frames: number): Places {
  const known = joined.parent.length;
  const [old, added] = [childrenOf(joined), childrenOf(tree)];
  const places = new Int32Array(tree.parent.length);
  const noted = new Int32Array(frames);
  let count = known;
  for (let node = 0; node < places.length; node++) {
    const place = places[node]!;
    const [from, to] = place < known ? [old.start[place]!, old.start[place + 1]!] : [0, 0];
    for (let i = from; i < to; i++) noted[joined.frame[old.nodes[i]!]!] = old.nodes[i]!;
    for (let i = added.start[node]!; i < added.start[node + 1]!; i++) {
      const child = added.nodes[i]!;
      places[child] = noted[tree.frame[child]!]! || count++;
    }
    for (let i = from; i < to; i++) noted[joined.frame[old.nodes[i]!]!] = 0;
  }
  return { of: places, count };
}

function withAdded(joined: Nodes, tree: Nodes, { of: places, count }: Places): Nodes {
  const [parent, frame] = [new Int32Array(count), new Int32Array(count)];
  parent.set(joined.parent);
  frame.set(joined.frame);
  for (let node = 1; node < places.length; node++) {
    const place = places[node]!;
    if (place < joined.parent.length) continue;
    parent[place] = places[tree.parent[node]!]!;
    frame[place] = tree.frame[node]!;
  }
  return { parent, frame };
}

function moved(self: Float64Array, places: Int32Array, count: number): Float64Array {
  const weights = new Float64Array(count);
  for (let node = 0; node < places.length; node++) weights[places[node]!] = self[node]!;
  return weights;
}

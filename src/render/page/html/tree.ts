import { remembered } from './remembered.ts';

/** Stacks as a prefix tree, depth first: a node is followed by all that it called. */
export interface Nodes {
  /** -1 for the root (node 0). */
  readonly parent: Int32Array;
  /** Index after the last node that it called, directly or not. */
  readonly end: Int32Array;
  /** -1 for the root. Rises from sibling to sibling. */
  readonly frame: Int32Array;
}

/** The nodes of which depths (0 for the root, which is the first) and frames are known. */
export function nodesOf(depth: Int32Array, frame: Int32Array): Nodes {
  const count = depth.length;
  const parent = new Int32Array(count).fill(-1);
  const end = new Int32Array(count).fill(count);
  /** The last node of each depth that is not closed yet. */
  const open = new Int32Array(count);
  let opened = 0;
  for (let node = 0; node < count; node++) {
    while (opened > depth[node]!) end[open[--opened]!] = node;
    if (opened > 0) parent[node] = open[opened - 1]!;
    open[opened++] = node;
  }
  return { parent, end, frame };
}

/** What a graph is drawn from. Weights are per column, then per node. */
export interface Tree {
  /** Frame of each node that is known so far. */
  readonly frame: ArrayLike<number>;
  readonly parent: ArrayLike<number>;
  readonly self: readonly ArrayLike<number>[];
  readonly total: readonly ArrayLike<number>[];
  /** In the order of their frames; some may have no weight. */
  children(node: number): readonly number[];
  /** Weight of the stacks in which a frame is marked, each counted once. */
  weightWith(marked: Uint8Array, column: number): number;
  /** How many of these nodes, and of all that stands on them, are marked and have weight; may stop at `most`. */
  markedIn(nodes: readonly number[], marking: Marking, most?: number): number;
}

export interface Marking {
  /** Per frame. */
  readonly marked: Uint8Array;
  readonly column: number;
}

/** A tree that is there as a whole. */
export interface FlatTree extends Tree, Nodes {
  readonly frame: Int32Array;
  readonly parent: Int32Array;
  readonly self: readonly Float64Array[];
  readonly total: readonly Float64Array[];
}

/** The tree of these nodes, `self` being a weight per column and node. */
export function flatTree(nodes: Nodes, self: readonly Float64Array[]): FlatTree {
  const total = self.map((weights) => totalsOf(nodes, weights));
  const markedBefore = total.map((weights) =>
    remembered((marked: Uint8Array) => countsOf(nodes, weights, marked)),
  );
  return {
    ...nodes,
    self,
    total,
    children: (node) => childrenIn(nodes, node),
    weightWith: (marked, column) => weightWith(nodes, total[column]!, marked),
    markedIn(wanted, { marked, column }) {
      const before = markedBefore[column]!(marked);
      return wanted.reduce((sum, node) => sum + before[nodes.end[node]!]! - before[node]!, 0);
    },
  };
}

/** How many nodes before each are marked and have weight. */
function countsOf({ frame }: Nodes, total: Float64Array, marked: Uint8Array): Int32Array {
  const before = new Int32Array(frame.length + 1);
  for (let node = 0; node < frame.length; node++) {
    const isMarked = total[node]! > 0 && marked[frame[node]!] === 1;
    before[node + 1] = before[node]! + (isMarked ? 1 : 0);
  }
  return before;
}

function totalsOf({ parent }: Nodes, self: Float64Array): Float64Array {
  const total = self.slice();
  for (let node = total.length - 1; node > 0; node--) total[parent[node]!]! += total[node]!;
  return total;
}

function childrenIn({ end }: Nodes, node: number): number[] {
  const children: number[] = [];
  for (let child = node + 1; child < end[node]!; child = end[child]!) children.push(child);
  return children;
}

/** A match that stands on a match is part of it. */
function weightWith({ frame, end }: Nodes, total: Float64Array, marked: Uint8Array): number {
  let weight = 0;
  for (let node = 1; node < frame.length; ) {
    if (marked[frame[node]!]) {
      weight += total[node]!;
      node = end[node]!;
    } else {
      node++;
    }
  }
  return weight;
}

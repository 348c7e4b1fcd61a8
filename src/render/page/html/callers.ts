import type { PageData } from './data.ts';
import type { FlatTree, Tree } from './tree.ts';

/** Stacks of the tree below, and how far up each has been followed. */
interface Entries {
  /** Nodes that give the weights. */
  readonly from: Int32Array;
  /** The nodes whose frames come next, callers of those before; 0 where the stack begins. */
  readonly next: Int32Array;
}

interface Growing {
  readonly frame: number[];
  readonly parent: number[];
  readonly self: number[][];
  readonly total: number[][];
  readonly entries: Entries[];
  readonly children: (readonly number[] | undefined)[];
}

/**
 * Stacks merged from the leaf: below the root the functions that allocate, above each its callers.
 * Grows as it is looked at, for as a whole it can be as large as all stacks written out.
 */
export function callersOfLeaves(tree: FlatTree): Tree {
  const leaves = Int32Array.from(nodesWith(tree, (node) => hasWeight(tree.self, node)));
  return growing(tree, tree.self, { from: leaves, next: leaves });
}

/** The callers of one function, with all that it weighs; where it calls itself the outermost call. */
export function callersOf(tree: FlatTree, data: PageData, wanted: number): Tree {
  const isWanted = (node: number) => data.frames.function[tree.frame[node]!] === wanted;
  const outermost = Int32Array.from(outermostNodes(tree, isWanted));
  const next = outermost.map((node) => tree.parent[node]!);
  return growing(tree, tree.total, { from: outermost, next });
}

function* nodesWith(tree: FlatTree, isWanted: (node: number) => boolean): Generator<number> {
  for (let node = 1; node < tree.frame.length; node++) if (isWanted(node)) yield node;
}

function* outermostNodes(tree: FlatTree, isWanted: (node: number) => boolean): Generator<number> {
  for (let node = 1; node < tree.frame.length; ) {
    const isIt = isWanted(node);
    if (isIt) yield node;
    node = isIt ? tree.end[node]! : node + 1;
  }
}

function hasWeight(columns: readonly Float64Array[], node: number): boolean {
  return columns.some((weights) => weights[node]! > 0);
}

function growing(below: FlatTree, weights: readonly Float64Array[], entries: Entries): Tree {
  const columns = weights.map(() => [] as number[]);
  const tree: Growing = {
    frame: [],
    parent: [],
    self: columns,
    total: weights.map(() => []),
    entries: [],
    children: [],
  };
  const source = { below, weights };
  append(tree, source, { parent: -1, frame: -1, entries });
  return {
    ...tree,
    children: (node) => (tree.children[node] ??= grow(tree, source, node)),
    weightWith: (marked, column) => weightWith(source, { entries, marked, column }),
  };
}

interface Below {
  readonly below: FlatTree;
  readonly weights: readonly Float64Array[];
}

function append(
  tree: Growing,
  { weights }: Below,
  node: { parent: number; frame: number; entries: Entries },
): number {
  const { from, next } = node.entries;
  for (const [column, weight] of weights.entries()) {
    let total = 0;
    let self = 0;
    for (let i = 0; i < from.length; i++) {
      total += weight[from[i]!]!;
      if (next[i] === 0) self += weight[from[i]!]!;
    }
    tree.total[column]!.push(total);
    tree.self[column]!.push(self);
  }
  tree.parent.push(node.parent);
  tree.entries.push(node.entries);
  tree.children.push(undefined);
  return tree.frame.push(node.frame) - 1;
}

function grow(tree: Growing, source: Below, node: number): number[] {
  const { from, next } = tree.entries[node]!;
  const { frame, parent } = source.below;
  const byFrame = new Map<number, number[]>();
  for (let i = 0; i < from.length; i++) {
    if (next[i] === 0) continue;
    const group = byFrame.get(frame[next[i]!]!);
    if (group) group.push(i);
    else byFrame.set(frame[next[i]!]!, [i]);
  }
  return [...byFrame]
    .sort(([a], [b]) => a - b)
    .map(([itsFrame, group]) =>
      append(tree, source, {
        parent: node,
        frame: itsFrame,
        entries: {
          from: Int32Array.from(group, (i) => from[i]!),
          next: Int32Array.from(group, (i) => parent[next[i]!]!),
        },
      }),
    );
}

interface Marked {
  readonly entries: Entries;
  readonly marked: Uint8Array;
  readonly column: number;
}

function weightWith({ below, weights }: Below, { entries, marked, column }: Marked): number {
  const isMarked = new Uint8Array(below.frame.length);
  for (let node = 1; node < isMarked.length; node++)
    isMarked[node] = marked[below.frame[node]!]! | isMarked[below.parent[node]!]!;
  let weight = 0;
  for (const node of entries.from) if (isMarked[node]) weight += weights[column]![node]!;
  return weight;
}

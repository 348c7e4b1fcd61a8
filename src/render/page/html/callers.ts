import type { PageData } from './data.ts';
import {
  byCaller,
  countMarked,
  type Entries,
  entriesOf,
  entriesWhere,
  markedUpwards,
} from './entries.ts';
import { remembered } from './remembered.ts';
import type { FlatTree, Tree } from './tree.ts';

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
  return growing(tree, tree.self, entriesOf(leaves, leaves));
}

/** The callers of one function, with all that it weighs; where it calls itself the outermost call. */
export function callersOf(tree: FlatTree, data: PageData, wanted: number): Tree {
  const isWanted = (node: number) => data.frames.function[tree.frame[node]!] === wanted;
  const outermost = Int32Array.from(outermostNodes(tree, isWanted));
  const next = outermost.map((node) => tree.parent[node]!);
  return growing(tree, tree.total, entriesOf(outermost, next));
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
  const reached = remembered((marked: Uint8Array) => markedUpwards(below, marked));
  append(tree, source, { parent: -1, frame: -1, entries });
  return {
    ...tree,
    children: (node) => (tree.children[node] ??= grow(tree, source, node)),
    weightWith(marked, column) {
      const isMarked = reached(marked);
      const found = entries.from.filter((node) => isMarked[node] === 1);
      return found.reduce((sum, node) => sum + weights[column]![node]!, 0);
    },
    markedIn(nodes, { marked, column }, most = Number.POSITIVE_INFINITY) {
      const weight = weights[column]!;
      let count = 0;
      for (const node of nodes) {
        const heavy = entriesWhere(tree.entries[node]!, ({ from }, at) => weight[from[at]!]! > 0);
        if (heavy.end === 0) continue;
        count += marked[tree.frame[node]!]!;
        const marking = { marked, isMarked: reached(marked), most: most - count };
        count += countMarked(below, heavy, marking);
        if (count >= most) break;
      }
      return count;
    },
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
  const { from, next, start, end } = node.entries;
  for (const [column, weight] of weights.entries()) {
    let total = 0;
    let self = 0;
    for (let i = start; i < end; i++) {
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
  return byCaller(source.below, tree.entries[node]!)
    .sort(([a], [b]) => a - b)
    .map(([frame, entries]) => append(tree, source, { parent: node, frame, entries }));
}

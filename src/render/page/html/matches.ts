import type { Model } from './model.ts';
import type { FlatTree } from './tree.ts';
import type { Placed } from './visible.ts';

/**
 * Nodes that match, in the order of drawing: all that have weight, or of a tree that grows as it is looked at,
 * those that are drawn.
 */
export function matchingNodes({ found, tree, state }: Model, boxes: readonly Placed[]): number[] {
  if (typeof found !== 'object') return [];
  const isMatch = (node: number) => tree.frame[node]! >= 0 && found.frames[tree.frame[node]!] === 1;
  const total = tree.total[state.column]!;
  if (isWhole(tree)) {
    const nodes: number[] = [];
    for (let node = 1; node < tree.frame.length; node++)
      if (isMatch(node) && total[node]! > 0) nodes.push(node);
    return nodes;
  }
  return boxes
    .filter(({ data }) => data.gathered.length === 0 && isMatch(data.node))
    .sort((a, b) => a.x0 - b.x0 || a.depth - b.depth)
    .map(({ data }) => data.node);
}

/** The one after, or before, a node; from the last to the first. */
export function nextOf(nodes: readonly number[], node: number, step: 1 | -1): number | undefined {
  const at = nodes.indexOf(node);
  if (at < 0) return step === 1 ? nodes[0] : nodes.at(-1);
  return nodes[(at + step + nodes.length) % nodes.length];
}

function isWhole(tree: object): tree is FlatTree {
  return 'end' in tree;
}

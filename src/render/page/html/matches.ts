import { countedMatches } from '../../../units.ts';
import type { Model } from './model.ts';
import type { FlatTree } from './tree.ts';
import type { Placed, Visible } from './visible.ts';

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

/** How many matches are among gathered frames and what they call; stops at `most`. */
export function matchesAmong({ found, tree, state }: Model, box: Visible, most?: number): number {
  if (typeof found !== 'object') return 0;
  return tree.markedIn(box.gathered, { marked: found.frames, column: state.column }, most);
}

/** Of a tree that grows as it is looked at more are not counted: a box can stand for all of it. */
const mostCounted = 1000;

/** `3 matches among them`, of gathered frames; or nothing. */
export function matchesInWords(model: Model, box: Visible): string[] {
  const matches = matchesAmong(model, box, mostCounted + 1);
  if (matches === 0) return [];
  const isMore = matches > mostCounted && !isWhole(model.tree);
  const words = isMore ? `more than ${countedMatches(mostCounted)}` : countedMatches(matches);
  return [`${words} among them`];
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

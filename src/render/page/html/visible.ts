import { type HierarchyRectangularNode, hierarchy, partition } from 'd3';
import type { Tree } from './tree.ts';

/** A box that is worth drawing. */
export interface Visible {
  /** The node drawn, or the caller of those gathered. */
  readonly node: number;
  readonly weight: number;
  /** What its width is of: the weight, of a caller that of what is zoomed to. */
  readonly span: number;
  /** The nodes narrower than a pixel that it stands for; none for a frame of its own. */
  readonly gathered: readonly number[];
  /** A caller of what is zoomed to. */
  readonly fade: boolean;
  readonly children?: Visible[];
}

/** A visible box with its place: `x0` to `x1` of 0 to 1, and its row as `depth`. */
export type Placed = HierarchyRectangularNode<Visible>;

export interface Cut {
  readonly tree: Tree;
  readonly column: number;
  /** The node that fills the width. */
  readonly zoom: number;
  /** Pixels. */
  readonly width: number;
  /** Siblings by weight, not by name. */
  readonly bySize: boolean;
}

/** Nobody scrolls further; what is deeper shows after a zoom. d3's hierarchy takes the square of this. */
const mostRows = 2000;
/** Of what is zoomed to, the nearest ones. */
const mostCallers = 100;

/**
 * The part of a tree that fills the width: what is at least a pixel wide, narrower siblings as one box if
 * together they are, and the callers of all.
 */
export function visibleTree(cut: Cut): Visible {
  const total = cut.tree.total[cut.column]!;
  const top = box(cut.zoom, total[cut.zoom]!);
  const smallest = total[cut.zoom]! / cut.width;
  const pending: [Visible, number][] = [[top, 1]];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [below, depth] = next;
    if (below.gathered.length > 0 || depth >= mostRows) continue;
    for (const above of boxesAbove(cut, below.node, smallest)) {
      below.children!.push(above);
      pending.push([above, depth + 1]);
    }
  }
  return onCallers(cut, top);
}

/** The places of a visible tree's boxes, callers before what they call, by d3's partition. */
export function placed(tree: Visible): Placed[] {
  const root = hierarchy(tree);
  // Not by sum(): a caller is wider than what it calls by what it weighs itself.
  root.each((node) => Object.assign(node, { value: node.data.span }));
  return partition<Visible>()(root).descendants();
}

const none: readonly number[] = [];

function box(node: number, weight: number, gathered = none): Visible {
  return { node, weight, span: weight, gathered, fade: false, children: [] };
}

function boxesAbove({ tree, column, bySize }: Cut, node: number, smallest: number): Visible[] {
  const total = tree.total[column]!;
  const wide: Visible[] = [];
  const narrow: number[] = [];
  let narrowWeight = 0;
  for (const child of tree.children(node)) {
    const weight = total[child]!;
    if (weight === 0) continue;
    if (weight >= smallest) {
      wide.push(box(child, weight));
    } else {
      narrow.push(child);
      narrowWeight += weight;
    }
  }
  if (bySize) wide.sort((a, b) => b.weight - a.weight);
  if (narrow.length > 0 && narrowWeight >= smallest) wide.push(box(node, narrowWeight, narrow));
  return wide;
}

function onCallers({ tree, column }: Cut, top: Visible): Visible {
  const { span } = top;
  let below = top;
  let node = tree.parent[top.node]!;
  for (let callers = 0; node >= 0 && callers < mostCallers; callers++) {
    const weight = tree.total[column]![node]!;
    below = { node, weight, span, gathered: none, fade: true, children: [below] };
    node = tree.parent[node]!;
  }
  return below;
}

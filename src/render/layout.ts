import { type Children, childNodes, childrenOf } from '../profile/children.ts';
import { compareFrames } from '../profile/frame-order.ts';
import { type Column, type NodeIndex, type Profile, totals } from '../profile.ts';

/** A rectangle in weights and rows; pixels come later. */
export interface Box {
  /** The node drawn, or the parent of those gathered. */
  readonly node: NodeIndex;
  /** Row, 0 for the root. */
  readonly depth: number;
  /** Weight to the left of it. */
  readonly start: number;
  readonly weight: number;
  /** How many frames that are not drawn it stands for; 0 for a frame of its own. */
  readonly gathered: number;
  /** Of gathered ones: they are those children of `node` that weigh less. */
  readonly lighterThan?: number;
  /** They are not too narrow but too deep, and counted with all that they call. */
  readonly isDeep?: boolean;
}

export interface Layout {
  /** Root first, then depth first, left to right: a box is followed by all that lies above it. */
  readonly boxes: readonly Box[];
  readonly rows: number;
  /** So many boxes at the start are below what is zoomed to. */
  readonly callers: number;
  /** What fills the width. Boxes below what is zoomed to weigh more, and fill it too. */
  readonly total: number;
  /** Frames with no box, not even a gathered one, and their weight, which their parents show. */
  readonly hidden: { readonly frames: number; readonly weight: number };
}

/** What is laid out over the whole width, on top of its callers. */
export interface Target {
  readonly node: NodeIndex;
  /** Given: only those of its children that weigh less, so that what was gathered gets room. */
  readonly lighterThan?: number;
  /** What does not fit into so many rows is gathered in the last. Default: any number. */
  readonly mostRows?: number | undefined;
}

/** A profile by one of its columns, ready to be laid out. */
export interface Tree {
  readonly total: Float64Array;
  readonly children: Children;
  readonly parent: Int32Array;
  /** The order of siblings. */
  readonly compare: (a: NodeIndex, b: NodeIndex) => number;
}

/** Siblings are in the order of their frames. */
export function treeOf(profile: Profile, column: Column): Tree {
  const { frames, frame, parent } = profile;
  return {
    parent,
    total: totals(profile, column),
    children: childrenOf(profile),
    compare: (a, b) => compareFrames(frames[frame[a]!]!, frames[frame[b]!]!),
  };
}

/**
 * Places every frame of a part of a tree that has at least the weight that `smallestOf` tells from the part's.
 * Narrower siblings share one box at the right end of their row if together they are wide enough, and are counted
 * in `hidden` if not; what they call goes with them. So do siblings in the last of `mostRows` that others stand on. Frames without any weight have no width and are not placed.
 */
export function layOut(tree: Tree, target: Target, smallestOf: (total: number) => number): Layout {
  const { mostRows = Number.POSITIVE_INFINITY } = target;
  const boxes = callersOf(tree, target);
  const pending = [...firstBoxes(tree, target, boxes.length)].reverse();
  const total = pending.reduce((sum, { weight }) => sum + weight, 0);
  const smallest = smallestOf(total);
  const hidden = { frames: 0, weight: 0 };
  const place = (row: Row) => {
    hidden.frames += row.hiddenFrames;
    hidden.weight += row.hiddenWeight;
    for (let i = row.boxes.length - 1; i >= 0; i--) pending.push(row.boxes[i]!);
  };
  if (target.lighterThan !== undefined) {
    const below = boxes.at(-1)!;
    const nodes = pending.splice(0).map(({ node }) => node);
    // The lighter ones of a part are no more than that part.
    place(rowOf(tree, { below, nodes, smallest: Math.min(smallest, target.lighterThan) }));
  }
  const callers = boxes.length;
  let rows = callers;
  for (let box = pending.pop(); box !== undefined; box = pending.pop()) {
    boxes.push(box);
    rows = Math.max(rows, box.depth + 1);
    if (box.gathered > 0) continue;
    const plan = { below: box, nodes: childNodes(tree.children, box.node), smallest };
    place((box.depth + 2 < mostRows ? rowOf : lastRowOf)(tree, plan));
  }
  return { boxes, rows, callers, total, hidden };
}

/** One box a row, root first, for all that is below the target. */
function callersOf({ parent, total }: Tree, { node, lighterThan }: Target): Box[] {
  const path: NodeIndex[] = [];
  for (let at = lighterThan === undefined ? parent[node]! : node; at >= 0; at = parent[at]!)
    path.push(at);
  return path
    .reverse()
    .map((each, depth) => ({ node: each, depth, start: 0, weight: total[each]!, gathered: 0 }));
}

/** The target itself, or those of its children that are wanted. */
function firstBoxes({ total, children }: Tree, target: Target, depth: number): Box[] {
  const { node, lighterThan } = target;
  const nodes = lighterThan === undefined ? [node] : [...childNodes(children, node)];
  return nodes
    .filter((each) => lighterThan === undefined || total[each]! < lighterThan)
    .map((each) => ({ node: each, depth, start: 0, weight: total[each]!, gathered: 0 }));
}

interface Row {
  readonly boxes: readonly Box[];
  readonly hiddenFrames: number;
  readonly hiddenWeight: number;
}

interface RowPlan {
  readonly below: Box;
  /** What is to stand on it. */
  readonly nodes: Iterable<NodeIndex>;
  readonly smallest: number;
}

function rowOf(tree: Tree, { below, nodes, smallest }: RowPlan): Row {
  const { wide, narrow, narrowWeight } = sortOut(tree, nodes, smallest);
  const depth = below.depth + 1;
  const boxes: Box[] = [];
  let start = below.start;
  for (const node of wide) {
    const weight = tree.total[node]!;
    boxes.push({ node, depth, start, weight, gathered: 0 });
    start += weight;
  }
  if (narrow === 0) return { boxes, hiddenFrames: 0, hiddenWeight: 0 };
  if (narrowWeight < smallest) return { boxes, hiddenFrames: narrow, hiddenWeight: narrowWeight };
  const gathered = { gathered: narrow, lighterThan: smallest };
  boxes.push({ node: below.node, depth, start, weight: narrowWeight, ...gathered });
  return { boxes, hiddenFrames: 0, hiddenWeight: 0 };
}

/** As it would be where nothing stands on it; else all of it in one box, with what it calls. */
function lastRowOf(tree: Tree, plan: RowPlan): Row {
  const row = rowOf(tree, plan);
  return row.boxes.some((box) => isStoodOn(tree, box, plan.smallest)) ? deepRowOf(tree, plan) : row;
}

function isStoodOn(tree: Tree, below: Box, smallest: number): boolean {
  const nodes = childNodes(tree.children, below.node);
  return below.gathered === 0 && rowOf(tree, { below, nodes, smallest }).boxes.length > 0;
}

function deepRowOf(tree: Tree, { below, nodes }: RowPlan): Row {
  const all = [...nodes];
  const weight = all.reduce((sum, node) => sum + tree.total[node]!, 0);
  const place = { node: below.node, depth: below.depth + 1, start: below.start, weight };
  const gathered = { gathered: framesIn(tree, all), lighterThan: Number.POSITIVE_INFINITY };
  return { boxes: [{ ...place, ...gathered, isDeep: true }], hiddenFrames: 0, hiddenWeight: 0 };
}

/** Those of some weight, and all that they call. */
function framesIn({ total, children }: Tree, nodes: readonly NodeIndex[]): number {
  const pending = [...nodes];
  let count = 0;
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (total[node] === 0) continue;
    count++;
    for (const child of childNodes(children, node)) pending.push(child);
  }
  return count;
}

/** Those that get a box, in drawing order, and how many do not. */
function sortOut(tree: Tree, nodes: Iterable<NodeIndex>, smallest: number) {
  const wide: NodeIndex[] = [];
  let narrow = 0;
  let narrowWeight = 0;
  for (const node of nodes) {
    const weight = tree.total[node]!;
    if (weight === 0) continue;
    if (weight >= smallest) {
      wide.push(node);
    } else {
      narrow++;
      narrowWeight += weight;
    }
  }
  wide.sort(tree.compare);
  return { wide, narrow, narrowWeight };
}

import { type Children, childNodes, childrenOf } from '../children.ts';
import { type Column, type NodeIndex, type Profile, totals } from '../profile.ts';
import { compareFrames } from './frame-order.ts';

/** A rectangle in weights and rows; pixels come later. */
export interface Box {
  /** The node drawn, or the parent of those gathered. */
  readonly node: NodeIndex;
  /** Row, 0 for the root. */
  readonly depth: number;
  /** Weight to the left of it. */
  readonly start: number;
  readonly weight: number;
  /** How many frames too narrow to draw it stands for; 0 for a frame of its own. */
  readonly gathered: number;
}

export interface Layout {
  /** Root first, then depth first, left to right: a box is followed by all that lies above it. */
  readonly boxes: readonly Box[];
  readonly rows: number;
  readonly total: number;
  /** Frames with no box, not even a gathered one, and their weight, which their parents show. */
  readonly hidden: { readonly frames: number; readonly weight: number };
}

interface Tree {
  readonly profile: Profile;
  readonly total: Float64Array;
  readonly children: Children;
}

/**
 * Places every frame of at least `smallest` weight. Narrower siblings share one box at the right
 * end of their row if together they are wide enough, and are counted in `hidden` if not; what they
 * call goes with them. Frames without any weight have no width and are not placed.
 */
export function layOut(profile: Profile, column: Column, smallest: number): Layout {
  const tree = treeOf(profile, column);
  const total = tree.total[0]!;
  const hidden = { frames: 0, weight: 0 };
  const boxes: Box[] = [];
  const pending: Box[] = [{ node: 0, depth: 0, start: 0, weight: total, gathered: 0 }];
  let rows = 0;
  for (let box = pending.pop(); box !== undefined; box = pending.pop()) {
    boxes.push(box);
    rows = Math.max(rows, box.depth + 1);
    if (box.gathered > 0) continue;
    const row = rowAbove(tree, box, smallest);
    hidden.frames += row.hiddenFrames;
    hidden.weight += row.hiddenWeight;
    for (let i = row.boxes.length - 1; i >= 0; i--) pending.push(row.boxes[i]!);
  }
  return { boxes, rows, total, hidden };
}

function treeOf(profile: Profile, column: Column): Tree {
  return { profile, total: totals(profile, column), children: childrenOf(profile) };
}

function rowAbove(tree: Tree, below: Box, smallest: number) {
  const { wide, narrow, narrowWeight } = sortOut(tree, below.node, smallest);
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
  boxes.push({ node: below.node, depth, start, weight: narrowWeight, gathered: narrow });
  return { boxes, hiddenFrames: 0, hiddenWeight: 0 };
}

/** The children that get a box, in drawing order, and how many do not. */
function sortOut(tree: Tree, parent: NodeIndex, smallest: number) {
  const wide: NodeIndex[] = [];
  let narrow = 0;
  let narrowWeight = 0;
  for (const node of childNodes(tree.children, parent)) {
    const weight = tree.total[node]!;
    if (weight === 0) continue;
    if (weight >= smallest) {
      wide.push(node);
    } else {
      narrow++;
      narrowWeight += weight;
    }
  }
  wide.sort((a, b) => byFrame(tree.profile, a, b));
  return { wide, narrow, narrowWeight };
}

function byFrame({ frames, frame }: Profile, a: NodeIndex, b: NodeIndex): number {
  return compareFrames(frames[frame[a]!]!, frames[frame[b]!]!);
}

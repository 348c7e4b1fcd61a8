import { depthFirst } from '../../depth-first.ts';
import type { PageData } from './data.ts';
import { type FlatTree, flatTree, nodesOf } from './tree.ts';

export interface Reduction {
  /** A function that calls itself is one frame. */
  readonly collapseRecursion: boolean;
  /** Modules whose frames are left out; what they weigh goes to their callers. */
  readonly hiddenModules: ReadonlySet<number>;
}

/** The tree with fewer frames and the same weight; the same tree where nothing is to be left out. */
export function reduced(tree: FlatTree, data: PageData, reduction: Reduction): FlatTree {
  const { collapseRecursion, hiddenModules } = reduction;
  if (!collapseRecursion && hiddenModules.size === 0) return tree;
  const { frames, functions } = data;
  return rebuilt(tree, (above, frame, frameAbove) => {
    const itsFunction = frames.function[frame]!;
    if (hiddenModules.has(functions.module[itsFunction]!)) return false;
    return !(collapseRecursion && above > 0 && frames.function[frameAbove] === itsFunction);
  });
}

/** All that a function calls, wherever it was called from; recursion counts once. */
export function calleesOf(tree: FlatTree, { frames }: PageData, wanted: number): FlatTree {
  const isBelow = (above: number, frame: number) => above > 0 || frames.function[frame] === wanted;
  const around = rebuilt(tree, isBelow);
  // What is left on the root was allocated beside the function.
  for (const self of around.self) self[0] = 0;
  return flatTree(around, around.self);
}

/** Whether a frame stays below `above`, the nearest caller that does, with its frame. */
type Staying = (above: number, frame: number, frameAbove: number) => boolean;

/** The tree of the frames that stay; what others weigh goes to their callers. */
function rebuilt(tree: FlatTree, stays: Staying): FlatTree {
  const merged = mergedNodes(tree, stays);
  const { nodes, depth } = depthFirst(merged);
  const placeOf = new Int32Array(nodes.length);
  for (let place = 0; place < nodes.length; place++) placeOf[nodes[place]!] = place;
  const places = merged.node.map((node) => placeOf[node]!);
  const frames = nodes.map((node) => merged.frame[node]!);
  const self = tree.self.map((weights) => addedUp(weights, places, nodes.length));
  return flatTree(nodesOf(depth, frames), self);
}

/** A node and a frame are one number of at most 2^53. */
const mostFrames = 2 ** 26;

interface Merged {
  readonly parent: Int32Array;
  readonly frame: Int32Array;
  /** Of each node of the tree before, what became of it or of the nearest caller that stays. */
  readonly node: Int32Array;
}

/** One node for all children of a node that have the same frame once others between them are gone. */
function mergedNodes({ parent, frame }: FlatTree, stays: Staying): Merged {
  const { nearest, gains } = nearestStaying({ parent, frame }, stays);
  const merged = {
    parent: parent.slice(),
    frame: frame.slice(),
    node: new Int32Array(parent.length),
  };
  // Only below what gains children, which most do not, are two of them to be told apart by their frames.
  const mayMerge = new Uint8Array(parent.length);
  const known = new Map<number, number>();
  mayMerge[0] = gains[0]!;
  let count = 1;
  for (let old = 1; old < parent.length; old++) {
    const above = merged.node[nearest[parent[old]!]!]!;
    const isLeftOut = nearest[old] !== old;
    const key = above * mostFrames + frame[old]!;
    const same = isLeftOut ? above : mayMerge[above] === 1 ? known.get(key) : undefined;
    merged.node[old] = same ?? count;
    if (same !== undefined) continue;
    if (mayMerge[above] === 1) known.set(key, count);
    mayMerge[count] = mayMerge[above]! | gains[old]!;
    merged.parent[count] = above;
    merged.frame[count++] = frame[old]!;
  }
  return { ...merged, parent: merged.parent.slice(0, count), frame: merged.frame.slice(0, count) };
}

/** Of each node the nearest that stays, itself or a caller; and 1 for those that others leave their children to. */
function nearestStaying({ parent, frame }: Pick<FlatTree, 'parent' | 'frame'>, stays: Staying) {
  const nearest = new Int32Array(parent.length);
  const gains = new Uint8Array(parent.length);
  for (let node = 1; node < parent.length; node++) {
    const above = nearest[parent[node]!]!;
    const isStaying = stays(above, frame[node]!, frame[above]!);
    nearest[node] = isStaying ? node : above;
    if (!isStaying) gains[above] = 1;
  }
  return { nearest, gains };
}

/** Weights added up at `count` places. */
function addedUp(weights: Float64Array, places: Int32Array, count: number): Float64Array {
  const sums = new Float64Array(count);
  for (let i = 0; i < weights.length; i++) sums[places[i]!]! += weights[i]!;
  return sums;
}

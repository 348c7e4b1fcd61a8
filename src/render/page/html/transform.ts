import { ProfileBuilder } from '../../../profile/builder.ts';
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

/** Whether a frame stays whose caller is the node `above`, with the frame `frameAbove`, of the new tree. */
type Staying = (above: number, frame: number, frameAbove: number) => boolean;

/** The tree of the frames that stay; what others weigh goes to their callers. */
function rebuilt(tree: FlatTree, stays: Staying): FlatTree {
  // Of the nodes alone: weights follow when their order is known.
  const builder = new ProfileBuilder([{ name: '', unit: 'count' }]);
  const count = tree.frame.length;
  const node = new Int32Array(count);
  const frameAt = new Int32Array(count).fill(-1);
  for (let old = 1; old < count; old++) {
    const above = node[tree.parent[old]!]!;
    const frame = tree.frame[old]!;
    node[old] = stays(above, frame, frameAt[above]!) ? builder.child(above, frame) : above;
    if (node[old] !== above) frameAt[node[old]!] = frame;
  }
  const profile = builder.build();
  const { nodes, depth } = depthFirst(profile);
  const placeOf = new Int32Array(nodes.length);
  for (let place = 0; place < nodes.length; place++) placeOf[nodes[place]!] = place;
  const places = node.map((each) => placeOf[each]!);
  const frames = nodes.map((each) => profile.frame[each]!);
  const self = tree.self.map((weights) => addedUp(weights, places, nodes.length));
  return flatTree(nodesOf(depth, frames), self);
}

/** Weights added up at `count` places. */
function addedUp(weights: Float64Array, places: Int32Array, count: number): Float64Array {
  const sums = new Float64Array(count);
  for (let i = 0; i < weights.length; i++) sums[places[i]!]! += weights[i]!;
  return sums;
}

import { ProfileBuilder } from '../../../profile/builder.ts';
import { depthFirst, weightsAt } from '../../depth-first.ts';
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
  const columns = tree.self.map((_, column) => ({ name: String(column), unit: 'count' }) as const);
  const builder = new ProfileBuilder(columns);
  const count = tree.frame.length;
  const place = new Int32Array(count);
  const frameAt = new Int32Array(count).fill(-1);
  for (let node = 1; node < count; node++) {
    const above = place[tree.parent[node]!]!;
    const frame = tree.frame[node]!;
    place[node] = stays(above, frame, frameAt[above]!) ? builder.child(above, frame) : above;
    if (place[node] !== above) frameAt[place[node]!] = frame;
  }
  for (const [column, self] of tree.self.entries())
    for (let node = 0; node < count; node++)
      if (self[node]! > 0) builder.add(place[node]!, column, self[node]!);
  const profile = builder.build();
  const { nodes, depth } = depthFirst(profile);
  const frames = nodes.map((node) => profile.frame[node]!);
  return flatTree(
    nodesOf(depth, frames),
    profile.columns.map(({ self }) => weightsAt(self, nodes)),
  );
}

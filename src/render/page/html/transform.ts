import type { PageData } from '../../page-data.ts';
import type { FlatTree } from './tree.ts';
import { TreeBuilder } from './tree-builder.ts';

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
  return rebuilt(tree, data, (builder, above, frame) => {
    const itsFunction = frames.function[frame]!;
    if (hiddenModules.has(functions.module[itsFunction]!)) return above;
    if (!collapseRecursion || above === 0) return builder.child(above, frame);
    const isRecursion = frames.function[builder.frameOf(above)] === itsFunction;
    return isRecursion ? above : builder.child(above, frame);
  });
}

/** All that a function calls, wherever it was called from; recursion counts once. */
export function calleesOf(tree: FlatTree, data: PageData, wanted: number): FlatTree {
  const { frames } = data;
  return rebuilt(
    tree,
    data,
    (builder, above, frame) => {
      const starts = above === 0 && frames.function[frame] === wanted;
      return above === 0 && !starts ? 0 : builder.child(above, frame);
    },
    true,
  );
}

/** Where in the new tree a frame goes whose caller has gone to `above`. */
type Placing = (builder: TreeBuilder, above: number, frame: number) => number;

function rebuilt(
  tree: FlatTree,
  { frames }: PageData,
  placing: Placing,
  leaveOutRoot = false,
): FlatTree {
  const builder = new TreeBuilder(frames.function.length, tree.self.length);
  const at = new Int32Array(tree.frame.length);
  for (let node = 1; node < at.length; node++)
    at[node] = placing(builder, at[tree.parent[node]!]!, tree.frame[node]!);
  for (const [column, self] of tree.self.entries())
    for (let node = 0; node < at.length; node++)
      if (self[node]! > 0 && !(leaveOutRoot && at[node] === 0))
        builder.add(at[node]!, column, self[node]!);
  return builder.build();
}

import { matcherFor, type Query } from '../query.ts';
import { callersOf, callersOfLeaves } from './callers.ts';
import { nodeAt } from './frame-path.ts';
import { type FunctionWeights, functionWeights } from './functions.ts';
import { type Found, find } from './search.ts';
import { type Source, treeOfView } from './source.ts';
import type { Shape, State } from './state.ts';
import { calleesOf, reduced } from './transform.ts';
import type { FlatTree, Tree } from './tree.ts';

/** What follows from the data and from what the reader has chosen. */
export interface Model {
  readonly source: Source;
  readonly state: State;
  /** The stacks of the view. */
  readonly whole: FlatTree;
  /** Of these, what is not left out. */
  readonly stacks: FlatTree;
  readonly functions: readonly FunctionWeights[];
  /** What is drawn. */
  readonly tree: Tree;
  /** The node that fills the width. */
  readonly zoom: number;
  /** The function chosen, else that of the frame zoomed to; -1 for none. */
  readonly chosen: number;
  /** Undefined where nothing is searched for; `wrong` for a regular expression that is none. */
  readonly found: Found | 'wrong' | undefined;
}

/** The model of a state. What has not changed since the one before is taken from there. */
export function modelOf(source: Source, state: State, before?: Model): Model {
  const old = before?.state;
  const view = source.data.views[state.view]!;
  const whole = before && old?.view === state.view ? before.whole : treeOfView(source, view);
  const isAsReduced =
    old?.collapseRecursion === state.collapseRecursion && old.hiddenModules === state.hiddenModules;
  const stacks =
    before?.whole === whole && isAsReduced ? before.stacks : reduced(whole, source.data, state);
  const isSameTree = before?.stacks === stacks && old?.shape === state.shape;
  const tree = before && isSameTree ? before.tree : shaped(stacks, source, state.shape);
  const isSameZoom = before?.tree === tree && old?.zoom === state.zoom;
  const zoom = before && isSameZoom ? before.zoom : zoomOf(tree, source, state);
  const zoomed = source.data.frames.function[tree.frame[zoom]!] ?? -1;
  return {
    source,
    state,
    whole,
    stacks,
    tree,
    functions: before?.stacks === stacks ? before.functions : functionWeights(stacks, source.data),
    zoom,
    chosen: state.chosen < 0 ? zoomed : state.chosen,
    found: before && old?.query === state.query ? before.found : foundBy(source, state.query),
  };
}

/** A node without weight in the view has no width to fill. */
function zoomOf(tree: Tree, { data }: Source, { zoom, column }: State): number {
  let node = nodeAt(tree, data, zoom);
  while (node > 0 && tree.total[column]![node] === 0) node = tree.parent[node]!;
  return node;
}

function shaped(stacks: FlatTree, { data }: Source, shape: Shape): Tree {
  if (shape.kind === 'leaves') return callersOfLeaves(stacks);
  if (shape.kind === 'callers') return callersOf(stacks, data, shape.function);
  if (shape.kind === 'callees') return calleesOf(stacks, data, shape.function);
  return stacks;
}

function foundBy({ data }: Source, query: Query): Model['found'] {
  if (query.text === '') return undefined;
  const matcher = matcherFor(query);
  return matcher === undefined ? 'wrong' : find(data, matcher);
}

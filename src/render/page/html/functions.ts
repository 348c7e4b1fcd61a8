import type { PageData } from './data.ts';
import type { FlatTree } from './tree.ts';

/** What a function weighs, per column. */
export interface FunctionWeights {
  /** Index into the page's functions. */
  readonly function: number;
  readonly self: readonly number[];
  /** With all that it called; where it called itself, once. */
  readonly total: readonly number[];
}

/** The functions that weigh anything, in the order of their names. */
export function functionWeights(tree: FlatTree, data: PageData): FunctionWeights[] {
  const count = data.functions.name.length;
  const columns = tree.self.map((_, column) => weightsIn(tree, data, column));
  const rows: FunctionWeights[] = [];
  for (let index = 0; index < count; index++) {
    const total = columns.map((column) => column.total[index]!);
    if (total.every((weight) => weight === 0)) continue;
    rows.push({ function: index, self: columns.map((column) => column.self[index]!), total });
  }
  return rows;
}

function weightsIn(tree: FlatTree, data: PageData, column: number) {
  const functions = data.functions.name.length;
  const self = new Float64Array(functions);
  const total = new Float64Array(functions);
  /** Of each function, where the outermost call that is still open ends. */
  const openUntil = new Int32Array(functions);
  for (let node = 1; node < tree.frame.length; node++) {
    const itsFunction = data.frames.function[tree.frame[node]!]!;
    self[itsFunction]! += tree.self[column]![node]!;
    if (node < openUntil[itsFunction]!) continue;
    total[itsFunction]! += tree.total[column]![node]!;
    openUntil[itsFunction] = tree.end[node]!;
  }
  return { self, total };
}

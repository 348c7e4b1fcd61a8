import { UserError } from './errors.ts';
import type { Frame } from './frame.ts';
import type { Metadata } from './profile/metadata.ts';
import type { Unit } from './units.ts';

/** Index into `Profile.frames`. */
export type FrameIndex = number;
/** Index into `Profile.parent` and `Profile.frame`; 0 is the root, which has no frame. */
export type NodeIndex = number;

/** One weight per node. `self[node]` is what ended exactly there; totals are derived. */
export interface Column {
  /** pprof's sample type where it has one: `alloc_space`, `alloc_objects`, `inuse_space`, `inuse_objects`. */
  readonly name: string;
  readonly unit: Unit;
  readonly self: Float64Array;
}

/** Weighted stacks as a prefix tree in flat arrays. A parent's index is below its children's. */
export interface Profile {
  readonly frames: readonly Frame[];
  /** Parent of each node; -1 for the root (node 0). */
  readonly parent: Int32Array;
  /** Frame of each node; -1 for the root (node 0). */
  readonly frame: Int32Array;
  /** At least one. The first is what a picture shows unless it is told otherwise. */
  readonly columns: readonly Column[];
  readonly meta: Metadata;
}

/** The column called `name`. Throws a RangeError when there is none: asking is the caller's bug. */
export function columnNamed(profile: Profile, name: string): Column {
  const column = profile.columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw new RangeError(`profile has no column ${name}`);
  return column;
}

/** Of the whole profile, in the column's unit. */
export function sumOf(column: Pick<Column, 'self'>): number {
  let sum = 0;
  for (let node = 0; node < column.self.length; node++) sum += column.self[node]!;
  return sum;
}

/** Self weight plus that of everything below, per node, in the column's unit. */
export function totals(profile: Profile, column: Column): Float64Array {
  const total = column.self.slice();
  for (let node = total.length - 1; node > 0; node--) {
    const parent = profile.parent[node]!;
    total[parent] = total[parent]! + total[node]!;
  }
  return total;
}

/** Frames of the stack that ends at `node`, root first. */
export function stackOf(profile: Profile, node: NodeIndex): Frame[] {
  const stack: Frame[] = [];
  for (let at = node; at > 0; at = profile.parent[at]!) {
    stack.push(profile.frames[profile.frame[at]!]!);
  }
  return stack.reverse();
}

/** For a column whose sum leaves the exact range of doubles. */
export function totalTooLarge({ name }: { readonly name: string }): UserError {
  return new UserError(
    `the total of ${name} is above 2^53 - 1 (${Number.MAX_SAFE_INTEGER}) and cannot be exact: ` +
      'split the input, or scale its counts down',
  );
}

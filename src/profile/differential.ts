import { columnNamed, type NodeIndex, type Profile, totals } from '../profile.ts';
import type { Differential } from './metadata.ts';

export const sides = ['before', 'after'] as const;
export type Side = (typeof sides)[number];

/** What the width of a frame is of; `max` has room for what is new and for what vanished. */
export const widthChoices = ['max', 'after', 'before'] as const;
export type Widths = (typeof widthChoices)[number];

/** Of a differential that nothing is known of but its weights. */
export const bareDifferential: Differential = {
  before: [],
  after: [],
  normalized: 'none',
  threshold: 0,
};

/** Weights of both sides, per node, and what tells a change from noise. */
export interface Changes {
  readonly before: Float64Array;
  readonly after: Float64Array;
  /** How far apart the runs of a side lie, both sides added; missing with one run a side. */
  readonly spread?: Float64Array;
  readonly threshold: number;
}

/** What ended exactly at each node. Throws a RangeError for a profile that is no differential. */
export function selfChanges(profile: Profile): Changes {
  return changes(profile, (name) => columnNamed(profile, name).self);
}

/** With all that is below each node. Throws a RangeError for a profile that is no differential. */
export function totalChanges(profile: Profile): Changes {
  return changes(profile, (name) => totals(profile, columnNamed(profile, name)));
}

/** Weight that came to a node; negative for what went away. */
export function changeAt({ before, after }: Changes, node: NodeIndex): number {
  return after[node]! - before[node]!;
}

/** True for a change of a node that means nothing. */
export function isNoise(changes: Changes, node: NodeIndex): boolean {
  const { spread, threshold } = changes;
  return isNoiseChange(changeAt(changes, node), { spread: spread?.[node] ?? 0, threshold });
}

/**
 * True for a change that is below the threshold, or no larger than what the runs of the two sides
 * differ among themselves. No change at all is no noise.
 */
export function isNoiseChange(
  change: number,
  { spread, threshold }: { readonly spread: number; readonly threshold: number },
): boolean {
  const size = Math.abs(change);
  return size > 0 && (size < threshold || size <= spread);
}

function changes(profile: Profile, weights: (column: string) => Float64Array): Changes {
  const { differential = bareDifferential } = profile.meta;
  const isRepeated = sides.some((side) => differential[side].length > 1);
  return {
    before: weights('before'),
    after: weights('after'),
    ...(isRepeated && { spread: spreadOf(differential, weights) }),
    threshold: differential.threshold,
  };
}

function spreadOf(
  differential: Differential,
  weights: (column: string) => Float64Array,
): Float64Array {
  const ranges = sides
    .filter((side) => differential[side].length > 1)
    .map((side) => rangesOf(differential[side].map((_, index) => weights(runColumn(side, index)))));
  return ranges.reduce((sum, range) => sum.map((value, node) => value + range[node]!));
}

function rangesOf(runs: readonly Float64Array[]): Float64Array {
  return runs[0]!.map((_, node) => rangeOf(runs.map((run) => run[node]!)));
}

/** How far apart the runs of a side lie: the largest of several weights less the smallest. */
export function rangeOf(weights: readonly number[]): number {
  return Math.max(...weights) - Math.min(...weights);
}

/** What the column of a side's run is called; the first run has the index 0. */
export function runColumn(side: Side, index: number): string {
  return `${side}_${index + 1}`;
}

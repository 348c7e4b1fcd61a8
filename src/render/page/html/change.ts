import {
  isNoiseChange,
  rangeOf,
  type Side,
  sides,
  widthChoices,
} from '../../../profile/differential.ts';
import type { Differential } from '../../../profile/metadata.ts';
import type { Scale, Unit } from '../../../units.ts';
import type { Change } from '../../change-amounts.ts';
import { type Tendency, tendencyOf } from '../../diff-colour.ts';
import type { Totals } from '../../diff-header.ts';

/** What the changes of a view are reckoned from. */
export interface PageChange {
  readonly unit: Unit;
  readonly countName: string;
  /** For labels. */
  readonly scale: Scale;
  /** The columns of the runs, of a side that has several. */
  readonly runs: readonly (readonly number[])[];
  /** A change that is smaller is noise. */
  readonly threshold: number;
}

/** A weight before and after, and what became of it. */
export interface Changed extends Change {
  /** By how much the runs of the sides differ among themselves. */
  readonly spread: number;
  readonly tendency: Tendency;
}

/** The weight of something in a column. */
export type WeightIn = (column: number) => number;

const columnOf: Readonly<Record<Side, number>> = {
  before: widthChoices.indexOf('before'),
  after: widthChoices.indexOf('after'),
};

/** What a view with such totals has, whose runs are the columns behind those of `widthChoices`. */
export function pageChange(differential: Differential, totals: Totals): PageChange {
  const { unit, countName, scale } = totals;
  const isRepeated = sides.some((side) => differential[side].length > 1);
  let end = widthChoices.length;
  const runs = sides.map((side) => differential[side].map(() => end++));
  return {
    unit,
    countName,
    scale,
    runs: isRepeated ? runs.filter(({ length }) => length > 1) : [],
    threshold: differential.threshold,
  };
}

/** What became of something that has such weights. */
export function changedBy(change: PageChange, weightIn: WeightIn): Changed {
  const before = weightIn(columnOf.before);
  const after = weightIn(columnOf.after);
  const spread = change.runs.reduce((sum, runs) => sum + rangeOf(runs.map(weightIn)), 0);
  const isNoise = isNoiseChange(after - before, { spread, threshold: change.threshold });
  return { before, after, spread, tendency: isNoise ? 'noise' : tendencyOf(before, after) };
}

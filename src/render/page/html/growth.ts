import type { Metadata } from '../../../profile/metadata.ts';
import { type Growth, growthOf, readingsOf } from '../../../profile/steadiness.ts';
import { type RatePeriod, ratePeriodOf } from '../../../units.ts';
import type { WeightIn } from './change.ts';

/** What the growth of a view is reckoned from; it is that of the first column. */
export interface PageGrowth {
  /** The columns of the snapshots. */
  readonly readings: readonly number[];
  /** When nothing was there yet, then of each reading, and the end. */
  readonly seconds: readonly number[];
  /** That its rates are told for. */
  readonly period: RatePeriod;
}

/** What a view has whose snapshots are the columns from `first` on. */
export function pageGrowth(meta: Metadata, first: number): PageGrowth {
  const { used, seconds } = readingsOf(meta);
  return {
    readings: used.map((index) => first + index),
    seconds,
    period: ratePeriodOf(meta.durationMs),
  };
}

/** How something went on that has such weights. */
export function grownBy({ readings, seconds }: PageGrowth, weightIn: WeightIn): Growth {
  return growthOf([0, ...readings.map(weightIn), weightIn(0)], seconds);
}

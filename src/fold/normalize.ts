import { UserError } from '../errors.ts';
import type { Normalization } from '../profile/metadata.ts';
import { sumOf } from '../profile.ts';
import type { Run, Runs } from './runs.ts';

/**
 * What the weights of a run are to be multiplied with, so that all runs of both sides have the
 * total of one side, or as much as they would have in the time that `after` took. A run that is
 * empty stays so. Throws a UserError for a run that does not know how long it took.
 */
export function factors(runs: Runs, normalize: Normalization): (run: Run) => number {
  if (normalize === 'none') return () => 1;
  const size = normalize === 'duration' ? durationOf : totalOf;
  const target = mean(runs[normalize === 'before' ? 'before' : 'after'].map(size));
  return (run) => {
    const own = size(run);
    return own === 0 || target === 0 ? 1 : target / own;
  };
}

function totalOf({ profile }: Run): number {
  return sumOf(profile.columns[0]!);
}

function durationOf({ name, profile }: Run): number {
  const { durationMs } = profile.meta;
  if (durationMs !== undefined) return durationMs;
  throw new UserError(
    `${name} does not say how long it took: --normalize duration needs captures, or SVGs and HTML pages made of them`,
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

import { runColumn, type Side, sides } from '../profile/differential.ts';
import type { Differential, DifferentialRun, Normalization } from '../profile/metadata.ts';
import { type Column, columnNamed, type Profile, sumOf } from '../profile.ts';
import type { Unit } from '../units.ts';
import { comparedView, comparisonNotes, unitOfAll } from './comparable.ts';
import { join, type Matching } from './join.ts';
import { movedFunctionsNote } from './moved-functions.ts';
import { factors } from './normalize.ts';
import { matchProcesses } from './processes.ts';
import type { Runs, Threshold } from './runs.ts';
import { meanOf, scaled } from './scale.ts';

const matchedProcessesNote =
  'processes with other pids are the same by name, several of one name in the order of their pids';

export interface DiffOptions {
  readonly normalize: Normalization;
  readonly threshold: Threshold;
  readonly matching: Matching;
}

/**
 * The first columns of profiles compared: one profile with the columns `before` and `after`, and one
 * for every run where a side has several. Without normalisation and with one run a side the weights
 * are those of the inputs. Throws a UserError for profiles that cannot be compared.
 */
export function diff(runs: Runs, { normalize, threshold, matching }: DiffOptions): Profile {
  const unit = unitOfAll(runs);
  const measured = measure(runs, normalize);
  const all = sides.flatMap((side) => runs[side]);
  const names = sides.flatMap((side) => runs[side].map((_, index) => runColumn(side, index)));
  const profiles = all.map(({ profile }) => profile);
  const matched = matchProcesses(profiles);
  const joined = join(matched.profiles, names, matching);
  const columns = columnsOf(joined, measured, unit);
  const view = comparedView(runs);
  const notes = [
    ...comparisonNotes(runs, normalize),
    ...(matched.byName ? [matchedProcessesNote] : []),
    ...(matching.by === 'all' ? movedFunctionsNote(runs) : []),
  ];
  const differential: Differential = {
    ...measured,
    normalized: normalize,
    threshold: thresholdOf(threshold, columns),
  };
  return { ...joined, columns, meta: { ...(view && { view }), notes, differential } };
}

type Measured = Readonly<Record<Side, readonly DifferentialRun[]>>;

function measure(runs: Runs, normalize: Normalization): Measured {
  const factor = factors(runs, normalize);
  const measured = (side: Side) =>
    runs[side].map((run) => ({
      name: run.name,
      total: sumOf(run.profile.columns[0]!),
      factor: factor(run),
      meta: run.profile.meta,
    }));
  return { before: measured('before'), after: measured('after') };
}

/** `before` and `after`, then the runs where they are not the same as these. */
function columnsOf(joined: Profile, measured: Measured, unit: Unit): Column[] {
  const columns = sides.map((side) => {
    const runs = measured[side].map(({ factor }, index) => {
      const { name, self } = columnNamed(joined, runColumn(side, index));
      return { name, unit, self: factor === 1 ? self : scaled(self, factor) };
    });
    return { mean: { name: side, unit, self: meanOf(runs.map(({ self }) => self)) }, runs };
  });
  const repeated = columns.some(({ runs }) => runs.length > 1);
  return [
    ...columns.map(({ mean }) => mean),
    ...(repeated ? columns.flatMap(({ runs }) => runs) : []),
  ];
}

function thresholdOf(threshold: Threshold, [before, after]: readonly Column[]): number {
  if ('amount' in threshold) return threshold.amount;
  return Math.ceil(threshold.share * Math.max(sumOf(before!), sumOf(after!)));
}

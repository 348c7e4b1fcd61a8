import { UserError } from '../errors.ts';
import { sides } from '../profile/differential.ts';
import type { Metadata, Normalization } from '../profile/metadata.ts';
import type { Unit } from '../units.ts';
import { counted, formatDuration } from '../units.ts';
import type { Run, Runs } from './runs.ts';

/**
 * The unit of all runs. Collapsed stacks that do not say what they count are taken to count what the
 * others do. Throws a UserError for runs of different units or views, and for a differential.
 */
export function unitOfAll(runs: Runs): Unit {
  const all = sides.flatMap((side) => runs[side]);
  for (const { name, profile } of all)
    if (profile.meta.differential)
      throw new UserError(`${name} is a differential already: compare what it was made of`);
  const known = all.filter((run) => !isUncounted(run));
  refuseDifferent(known, 'unit', ({ profile }) => profile.columns[0]!.unit);
  refuseDifferent(known, 'view', ({ profile }) => profile.meta.view);
  return (known[0] ?? all[0]!).profile.columns[0]!.unit;
}

/** The view of all runs, where one is known. */
export function comparedView(runs: Runs): Metadata['view'] {
  const views = sides.flatMap((side) => runs[side]).map(({ profile }) => profile.meta.view);
  return views.find((view) => view !== undefined);
}

/** What somebody should know who trusts the comparison. */
export function comparisonNotes(runs: Runs, normalize: Normalization): string[] {
  return [
    ...swappedNote(runs),
    ...uncountedNote(runs),
    ...durationNote(runs, normalize),
    ...filterNote(runs),
    ...emptyNote(runs, normalize),
  ];
}

function refuseDifferent(
  runs: readonly Run[],
  what: 'unit' | 'view',
  of: (run: Run) => string | undefined,
): void {
  const [first, ...others] = runs.filter((run) => of(run) !== undefined);
  const other = others.find((run) => of(run) !== of(first!));
  if (first === undefined || other === undefined) return;
  const hint = what === 'view' ? ', or name a --view that captures of both have' : '';
  throw new UserError(
    `the ${what} of ${first.name} is ${of(first)}, that of ${other.name} ${of(other)}: compare what is of the same kind${hint}`,
  );
}

/** What collapsed stacks are read as by those who are not told what they count. */
function isUncounted({ profile }: Run): boolean {
  return profile.columns[0]!.name === 'samples';
}

function swappedNote({ before, after }: Runs): string[] {
  const starts = ({ profile }: Run) => profile.meta.start;
  const first = before.map(starts).sort()[0];
  const last = after.map(starts).sort().at(-1);
  if (first === undefined || last === undefined || first <= last) return [];
  const [earlier, later] = [namesOf(after), namesOf(before)];
  return [`${earlier} (after) began before ${later} (before): are they swapped?`];
}

function uncountedNote(runs: Runs): string[] {
  const all = sides.flatMap((side) => runs[side]);
  const uncounted = all.filter(isUncounted);
  if (uncounted.length === 0 || uncounted.length === all.length) return [];
  return [`${namesOf(uncounted)} does not say what it counts: taken to be ${unitOfAll(runs)}`];
}

/** Twice the time is twice the allocations, and no change of the program. */
function durationNote({ before, after }: Runs, normalize: Normalization): string[] {
  const times = [...before, ...after].map(({ profile }) => profile.meta.durationMs);
  if (normalize !== 'none' || times.includes(undefined)) return [];
  const known = times as number[];
  const [shortest, longest] = [Math.min(...known), Math.max(...known)];
  if (longest <= 1.1 * shortest) return [];
  return [
    `traced for ${formatDuration(shortest)} to ${formatDuration(longest)}: --normalize duration compares what a trace of the same length would have`,
  ];
}

function filterNote(runs: Runs): string[] {
  const all = sides.flatMap((side) => runs[side]);
  const filters = ({ profile }: Run) => profile.meta.filters;
  const known = all.filter(filters);
  const words = new Set(known.map((run) => filters(run)!.join(', ')));
  if (words.size < 2) return [];
  const each = known.map((run) => `${run.name}: ${filters(run)!.join(', ') || 'none'}`);
  return [`traced with different filters: ${each.join('; ')}`];
}

function emptyNote(runs: Runs, normalize: Normalization): string[] {
  if (normalize === 'none' || normalize === 'duration') return [];
  const isEmpty = ({ profile }: Run) => profile.columns[0]!.self.every((weight) => weight === 0);
  const empty = sides.flatMap((side) => runs[side]).filter(isEmpty);
  if (empty.length === 0) return [];
  return [`${counted(empty.length, 'input')} without any weight: cannot be normalised`];
}

function namesOf(runs: readonly Run[]): string {
  return runs.map(({ name }) => name).join(', ');
}

import type { Profile } from '../profile.ts';
import { type DiffOptions, diff } from './diff.ts';
import type { Run, Runs } from './runs.ts';

/**
 * The differentials of what the runs count besides their first columns: of heap captures the calls. None where
 * it is not the same for all. A threshold in the unit of the first columns does not apply. Throws as `diff` does.
 */
export function diffOtherMeasures(runs: Runs, options: DiffOptions): Profile[] {
  const all = [...runs.before, ...runs.after];
  const [first, ...others] = all.map(({ profile }) => profile.columns[1]);
  const isSame = others.every((other) => other?.name === first?.name);
  const { unit } = all[0]!.profile.columns[0]!;
  if (first === undefined || !isSame || first.unit === unit) return [];
  const { threshold } = options;
  return [
    diff(
      { before: runs.before.map(ofSecond), after: runs.after.map(ofSecond) },
      { ...options, threshold: 'amount' in threshold ? { amount: 0 } : threshold },
    ),
  ];
}

function ofSecond({ name, profile }: Run): Run {
  return { name, profile: { ...profile, columns: [profile.columns[1]!] } };
}

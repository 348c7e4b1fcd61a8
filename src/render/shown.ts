import { reversed } from '../profile/reversed.ts';
import { type Column, columnNamed, type Profile, sumOf } from '../profile.ts';

/** What is shown of a profile; the rest of a look is about how. */
export interface Choice {
  /** Default: the first one. */
  readonly column?: string | undefined;
  /** Merged from the leaf. */
  readonly reverse?: boolean | undefined;
  /** What is 100%, in the column's unit; what no stack has is the root's. Ignored below their sum. */
  readonly total?: number | undefined;
}

export interface Shown {
  readonly profile: Profile;
  readonly column: Column;
}

/** The profile as it is shown. Throws a RangeError for a column that does not exist, a UserError for too many frames. */
export function shownOf(source: Profile, { column: name, reverse, total }: Choice): Shown {
  const profile = reverse ? reversed(source) : source;
  const column = name === undefined ? profile.columns[0]! : columnNamed(profile, name);
  if (total === undefined) return { profile, column };
  const rest = total - sumOf(column);
  if (rest <= 0) return { profile, column };
  const self = column.self.slice();
  self[0] = self[0]! + rest;
  return { profile, column: { ...column, self } };
}

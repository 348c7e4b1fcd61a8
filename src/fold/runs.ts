import type { Side } from '../profile/differential.ts';
import type { Profile } from '../profile.ts';

/** A profile that is to be compared, and what the user calls it. */
export interface Run {
  readonly name: string;
  readonly profile: Profile;
}

/** Both sides have at least one run. */
export type Runs = Readonly<Record<Side, readonly Run[]>>;

/** Below it a change is noise: in the unit of the profiles, or in parts of the larger total. */
export type Threshold = { readonly amount: number } | { readonly share: number };

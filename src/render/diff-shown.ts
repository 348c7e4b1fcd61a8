import { type Changes, selfChanges, totalChanges, type Widths } from '../profile/differential.ts';
import type { Profile } from '../profile.ts';
import { type Tree, treeOf } from './layout.ts';

/** A differential ready to be laid out, and what its frames show. */
export interface DiffShown {
  readonly profile: Profile;
  /** By the widths. */
  readonly tree: Tree;
  readonly total: Changes;
  readonly self: Changes;
}

/** Throws a RangeError for a profile that is no differential. */
export function diffShown(profile: Profile, widths: Widths): DiffShown {
  const self = selfChanges(profile);
  const { before, after } = self;
  const max = () => before.map((weight, node) => Math.max(weight, after[node]!));
  const column = {
    name: widths,
    unit: profile.columns[0]!.unit,
    self: widths === 'max' ? max() : self[widths],
  };
  return { profile, tree: treeOf(profile, column), total: totalChanges(profile), self };
}

import type { Metadata } from '../profile/metadata.ts';
import type { Profile } from '../profile.ts';
import { diffTableLines } from './diff-table.ts';
import { growthTableLines } from './growth-table.ts';
import { type TableOptions, tableLines } from './table.ts';

/** The table for a kind of profile: of a differential that of its changes, with snapshots that of growth. */
export function linesFor({
  differential,
  snapshots,
}: Metadata): (profile: Profile, options: TableOptions) => string[] {
  if (differential) return diffTableLines;
  return snapshots ? growthTableLines : tableLines;
}

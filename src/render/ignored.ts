import { type Profile, sumOf } from '../profile.ts';
import { hasGrowth } from './growth-face.ts';
import type { PictureKind } from './script.ts';
import type { Shown } from './shown.ts';

const flags = {
  colors: '--colors',
  palette: '--cp',
  total: '--total',
  factor: '--factor',
  widths: '--widths',
} as const;
type Option = keyof typeof flags;

/** What has no meaning for a kind of picture, and why. */
const meaningless: Readonly<Record<PictureKind, { options: readonly Option[]; why: string }>> = {
  differential: {
    options: ['colors', 'palette', 'total', 'factor'],
    why: 'colours and amounts of a differential are those of change',
  },
  growth: {
    options: ['colors', 'palette', 'widths'],
    why: 'colours and widths are those of growth',
  },
  flame: { options: ['widths'], why: 'it is of differentials' },
};

/** What a profile is drawn as. */
export function kindOf(profile: Profile): PictureKind {
  if (profile.meta.differential !== undefined) return 'differential';
  return hasGrowth(profile) ? 'growth' : 'flame';
}

/** Which of the options that were given mean nothing here, in words for the user. */
export function ignoredOptions(
  { profile, column }: Shown,
  given: { readonly [Name in Option]?: unknown },
): string[] {
  const kind = kindOf(profile);
  const { options, why } = meaningless[kind];
  const names = options.filter((name) => given[name] !== undefined).map((name) => flags[name]);
  const { total } = given;
  const isBelow = kind !== 'differential' && typeof total === 'number' && total < sumOf(column);
  return [
    ...(names.length === 0 ? [] : [`${names.join(', ')}: ignored, ${why}`]),
    ...(isBelow ? [`--total ${total} is below the sum of the stacks, and is ignored`] : []),
  ];
}

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
  width: '--width',
  frameHeight: '--height',
  minWidth: '--minwidth',
  minShare: '--minwidth',
  fontFamily: '--fonttype',
  fontSize: '--fontsize',
  nameType: '--nametype',
  background: '--bgcolors',
  maxSize: '--max-size',
} as const;
type Option = keyof typeof flags;
type Given = { readonly [Name in Option]?: unknown };

/** What has no meaning for a kind of picture, and why. */
const meaningless: Readonly<Record<PictureKind, Meaningless>> = {
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

interface Meaningless {
  readonly options: readonly Option[];
  readonly why: string;
}

/** What has no meaning for a kind of file, whatever is drawn in it. */
const meaninglessIn = {
  html: {
    options: [
      ...(['width', 'frameHeight', 'minWidth', 'minShare', 'fontFamily', 'fontSize'] as const),
      ...(['nameType', 'total', 'factor', 'background', 'maxSize'] as const),
    ],
    why: 'a page fits itself to its window, and holds all stacks and their own numbers',
  },
  png: { options: ['nameType', 'maxSize'], why: 'a PNG has neither details nor data' },
} as const satisfies Readonly<Record<string, Meaningless>>;

/** What a profile is drawn as. */
export function kindOf(profile: Profile): PictureKind {
  if (profile.meta.differential !== undefined) return 'differential';
  return hasGrowth(profile) ? 'growth' : 'flame';
}

/** Which of the options that were given mean nothing here, in words for the user. */
export function ignoredOptions({ profile, column }: Shown, given: Given): string[] {
  const kind = kindOf(profile);
  const { total } = given;
  const isBelow = kind !== 'differential' && typeof total === 'number' && total < sumOf(column);
  return [
    ...ignored(meaningless[kind], given),
    ...(isBelow ? [`--total ${total} is below the sum of the stacks, and is ignored`] : []),
  ];
}

/** Which of the options that were given mean nothing in a kind of file, in words for the user. */
export function ignoredInFile(kind: keyof typeof meaninglessIn, given: Given): string[] {
  return ignored(meaninglessIn[kind], given);
}

function ignored({ options, why }: Meaningless, given: Given): string[] {
  const names = options.filter((name) => given[name] !== undefined).map((name) => flags[name]);
  return names.length === 0 ? [] : [`${names.join(', ')}: ignored, ${why}`];
}

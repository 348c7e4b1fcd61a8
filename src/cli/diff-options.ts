import { UserError } from '../errors.ts';
import type { DiffOptions } from '../fold/diff.ts';
import type { Threshold } from '../fold/runs.ts';
import { type Side, sides } from '../profile/differential.ts';
import { type Normalization, normalizations } from '../profile/metadata.ts';
import { decimalOption, several, single, sizeOption } from './numbers.ts';

const text = { type: 'string', requiresArg: true } as const;
const flag = { type: 'boolean' } as const;
const matchings = ['all', 'name'] as const;

/** What is compared with what, and how. */
export const diffFlags = {
  before: { ...text, array: true, describe: 'several runs, each a file' },
  after: { ...text, array: true, describe: 'several runs, each a file' },
  normalize: { ...text, choices: normalizations, describe: 'scale to the same total or time' },
  n: { ...flag, describe: 'the same as --normalize after' },
  'strip-hex': { ...flag, alias: 's', describe: 'addresses in names are all equal' },
  match: { ...text, choices: matchings, describe: 'frames by all that is known, or by name' },
  threshold: { ...text, describe: 'smaller changes are noise: 64k, 1%' },
} as const;

type Value = string | readonly string[] | undefined;

interface DiffArgs {
  readonly normalize?: Normalization | readonly Normalization[] | undefined;
  readonly n?: boolean | undefined;
  readonly stripHex?: boolean | undefined;
  readonly match?: (typeof matchings)[number] | readonly (typeof matchings)[number][] | undefined;
  readonly threshold?: Value;
}

/** Throws a UserError for options that contradict each other, and for a threshold that is none. */
export function diffOptionsOf(args: DiffArgs): DiffOptions {
  const normalize = single(args.normalize, '--normalize');
  if (args.n && normalize !== undefined && normalize !== 'after')
    throw new UserError(`-n is --normalize after: it contradicts --normalize ${normalize}`, 2);
  return {
    normalize: normalize ?? (args.n ? 'after' : 'none'),
    threshold: sizeOrShare(args.threshold, '--threshold') ?? { amount: 0 },
    matching: { by: single(args.match, '--match') ?? 'all', stripHex: args.stripHex ?? false },
  };
}

/** `64k` or `1.5%`. Throws a UserError for anything else. */
export function sizeOrShare(value: Value, option: string): Threshold | undefined {
  const given = single(value, option);
  if (!given?.endsWith('%')) {
    const amount = sizeOption(given, option);
    return amount === undefined ? undefined : { amount };
  }
  return { share: decimalOption(given.slice(0, -1), option)! / 100 };
}

interface SideArgs {
  readonly files: readonly (string | undefined)[];
  readonly before?: Value;
  readonly after?: Value;
}

export type Files = Readonly<Record<Side, readonly string[]>>;

/** The files of both sides; only one may be stdin. Throws a UserError unless both have some. */
export function filesOf({ files, before, after }: SideArgs): Files {
  // yargs hands a `-` over as an empty text.
  const named = files.filter((file) => file !== undefined).map((file) => file || '-');
  const lists = { before: several(before, '--before'), after: several(after, '--after') };
  const hasLists = lists.before.length > 0 || lists.after.length > 0;
  if (named.length === 2 ? hasLists : named.length > 0)
    throw new UserError('name two files, or use --before FILE ... --after FILE ...', 2);
  const both = named.length === 2 ? { before: [named[0]!], after: [named[1]!] } : lists;
  for (const side of sides)
    if (both[side].length === 0)
      throw new UserError(`nothing to compare: say what was ${side}; see memstacks diff --help`, 2);
  if ([...both.before, ...both.after].filter((file) => file === '-').length > 1)
    throw new UserError('only one of the files may be stdin (-)', 2);
  return both;
}

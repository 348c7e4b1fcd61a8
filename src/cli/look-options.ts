import { UserError } from '../errors.ts';
import { type Widths, widthChoices } from '../profile/differential.ts';
import { colorSchemes } from '../render/colour.ts';
import type { SvgOptions } from '../render/svg.ts';
import { decimalOption, single, sizeOption, wholeOption } from './numbers.ts';

const text = { type: 'string', requiresArg: true } as const;
const flag = { type: 'boolean' } as const;

/** What flamegraph.pl has and a picture here cannot have, and why: flag, and not a word less. */
const refused = {
  random: 'a function has the same colour in every picture, so that they can be compared',
  negate: 'compare two files with memstacks diff',
  flamechart: 'stacks are merged, and nothing is known of their order in time',
  nameattr: 'a picture refers to nothing outside of itself',
  encoding: 'a picture is UTF-8',
} as const;

/** What recipes for flamegraph.pl have and no picture here needs, and why. */
const needless = { fontwidth: 'the widths of letters are known' } as const;

/** Of a differential. */
const widthsFlag = {
  widths: { ...text, choices: widthChoices, describe: 'of a differential (max: hides nothing)' },
} as const;

/** How a picture looks. Options that flamegraph.pl has are called as they are there. */
export const lookFlags = {
  title: { ...text, describe: 'heading' },
  subtitle: { ...text, describe: 'second line (what was traced)' },
  notes: { ...text, describe: 'a remark, below it' },
  width: { ...text, describe: 'of the picture in pixels (1200)' },
  height: { ...text, describe: 'of a frame in pixels (16)' },
  minwidth: { ...text, describe: 'pixels, or N%; narrower ones are gathered (0.5)' },
  fonttype: { ...text, describe: 'font family (Verdana)' },
  fontsize: { ...text, describe: 'in pixels (12)' },
  countname: { ...text, describe: 'what is counted: bytes, pages, samples ...' },
  nametype: { ...text, describe: 'what a frame is (Function:)' },
  total: { ...text, describe: 'what is 100% (the sum)' },
  factor: { ...text, describe: 'multiply shown numbers (1)' },
  colors: { ...text, alias: 'color', choices: colorSchemes(), describe: 'palette (mem)' },
  bgcolors: { ...text, describe: 'background: yellow blue green grey #rrggbb' },
  cp: { ...flag, describe: 'keep colours in ./palette.map' },
  hash: { ...flag, describe: 'as always: colours by name' },
  inverted: { ...flag, describe: 'root on top' },
  reverse: { ...flag, describe: 'merge from the leaf' },
  'no-embed': { ...flag, describe: 'leave the stacks out of the file' },
  'max-size': { ...text, describe: 'of the file, gives up detail for it (8M)' },
  ...widthsFlag,
  random: { ...flag, hidden: true },
  negate: { ...flag, hidden: true },
  flamechart: { ...flag, hidden: true },
  nameattr: { ...text, hidden: true },
  encoding: { ...text, hidden: true },
  fontwidth: { ...text, hidden: true },
} as const;

type Text = string | readonly string[] | undefined;
type LookArgs = {
  readonly [Key in
    | Exclude<keyof typeof lookFlags, 'colors' | 'widths'>
    | 'noEmbed'
    | 'maxSize']?: unknown;
} & {
  readonly widths?: Widths | readonly Widths[] | undefined;
  readonly colors?: SvgOptions['colors'] | readonly NonNullable<SvgOptions['colors']>[] | undefined;
};

/** Throws a UserError for a value that makes no sense, and for what is not supported. */
export function lookOf(args: LookArgs): SvgOptions {
  for (const [name, why] of Object.entries(refused))
    if (args[name as keyof typeof refused] !== undefined)
      throw new UserError(`--${name} is not supported: ${why}`, 2);
  const words = (name: keyof LookArgs) => args[name] as Text;
  return given({
    title: single(words('title'), '--title'),
    subtitle: single(words('subtitle'), '--subtitle'),
    notes: single(words('notes'), '--notes'),
    width: decimalOption(words('width'), '--width'),
    frameHeight: decimalOption(words('height'), '--height'),
    ...narrowest(words('minwidth')),
    fontFamily: single(words('fonttype'), '--fonttype'),
    fontSize: decimalOption(words('fontsize'), '--fontsize'),
    countName: single(words('countname'), '--countname'),
    nameType: single(words('nametype'), '--nametype'),
    total: wholeOption(words('total'), '--total', { least: 1 }),
    factor: factorOf(words('factor')),
    colors: single(args.colors, '--colors'),
    background: backgroundOf(words('bgcolors')),
    inverted: args.inverted as boolean | undefined,
    reverse: args.reverse as boolean | undefined,
    embed: args.noEmbed ? false : undefined,
    maxSize: sizeOption(words('maxSize'), '--max-size'),
    widths: single(args.widths, '--widths'),
  });
}

/** Throws a UserError for a page that is to hold no data: it draws from them. */
export function checkEmbed({ embed }: SvgOptions, outputs: readonly string[]): void {
  const page = outputs.find((path) => /\.html(\.gz)?$/.test(path));
  if (embed !== false || page === undefined) return;
  throw new UserError(`-o ${page}: a page always holds its data: --no-embed is for .svg`, 2);
}

/** The options that were given and change no picture, as remarks. */
export function lookNeedless(args: Readonly<Record<string, unknown>>): string[] {
  const given = Object.entries(needless).filter(([name]) => args[name] !== undefined);
  return given.map(([name, why]) => `--${name}: ignored, ${why}`);
}

/** The options that were given and only a picture has a use for, as a remark that there is none. */
export function lookUnused(args: Readonly<Record<string, unknown>>): string[] {
  const given = Object.keys(lookFlags).filter(
    (name) => name !== 'countname' && args[name] !== undefined,
  );
  if (given.length === 0) return [];
  return [`${given.map((name) => `--${name}`).join(', ')}: ignored, no picture is written (-o)`];
}

/** The options that were given: a stage has its defaults for the others. */
function given<Fields extends object>(
  fields: Fields,
): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as ReturnType<typeof given<Fields>>;
}

/** Pixels, or with a % a share of the total. */
function narrowest(value: Text): Pick<SvgOptions, 'minWidth' | 'minShare'> {
  const word = single(value, '--minwidth');
  if (word === undefined || !word.endsWith('%'))
    return given({ minWidth: decimalOption(word, '--minwidth') });
  return given({ minShare: (decimalOption(word.slice(0, -1), '--minwidth') ?? 0) / 100 });
}

function factorOf(value: Text): number | undefined {
  const factor = decimalOption(value, '--factor');
  if (factor === 0) throw new UserError('--factor 0: nothing would be left to show', 2);
  return factor;
}

// Light enough for the black text on them.
const backgrounds: Readonly<Record<string, string>> = {
  yellow: '#fcf8d4',
  blue: '#e6ebfa',
  green: '#e7f5e7',
  grey: '#efefef',
};

function backgroundOf(value: Text): string | undefined {
  const name = single(value, '--bgcolors');
  if (name === undefined || /^#[0-9a-f]{6}$/i.test(name)) return name;
  if (Object.hasOwn(backgrounds, name)) return backgrounds[name];
  throw new UserError(
    `--bgcolors ${name}: expected ${Object.keys(backgrounds).join(', ')} or a colour such as #f8f8f8`,
    2,
  );
}

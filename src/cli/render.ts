import type { ArgumentsCamelCase, Argv } from 'yargs';
import { widthChoices } from '../differential.ts';
import { views } from '../fold/views.ts';
import type { Unit } from '../profile.ts';
import { colorSchemes } from '../render/colour.ts';
import type { SvgOptions } from '../render/svg.ts';
import { defineCommand } from './command.ts';
import { convert } from './convert.ts';
import { viewOf } from './input.ts';
import { decimalOption, several, single, sizeOption } from './numbers.ts';
import { pictureOutput, suffixList } from './outputs.ts';
import { pictures } from './pictures.ts';
import { residentChoiceOf, residentFlags } from './resident-options.ts';
import { frameChoiceOf, frameFlags } from './stack-options.ts';
import { ticketChoiceOf, ticketFlags } from './ticket-options.ts';

export const render = defineCommand({
  command: 'render [input]',
  describe: 'capture or collapsed stacks to a flame graph',
  options,
  run: async (args) => {
    const look = svgOptions(args);
    const [first, ...more] = pictures;
    return convert({
      file: args.input,
      input: {
        view: viewOf(args.view),
        frames: frameChoiceOf(args),
        resident: residentChoiceOf(args),
        unit: unitOf(look.countName),
      },
      outputs: several(args.output, '--output'),
      ...ticketChoiceOf(args),
      look,
      kinds: [pictureOutput(first, look), ...more.map((kind) => pictureOutput(kind, look))],
    });
  },
});

const text = { type: 'string', requiresArg: true } as const;

/** Of a differential. */
export const widthsFlag = {
  widths: { ...text, choices: widthChoices, describe: 'of a differential (max: hides nothing)' },
} as const;

// Options that flamegraph.pl has are called as they are there.
function options(parser: Argv) {
  return parser
    .positional('input', {
      type: 'string',
      describe: 'capture, collapsed stacks or .svg, also .gz; - or none: stdin',
    })
    .options({
      output: { ...text, alias: 'o', describe: `instead of stdout: ${suffixList(pictures)}` },
      view: { ...text, choices: views, describe: 'of a capture (unfreed if it has frees)' },
      ...frameFlags,
      ...residentFlags,
      title: { ...text, describe: 'heading' },
      subtitle: { ...text, describe: 'second line (what was traced)' },
      width: { ...text, describe: 'of the picture in pixels (1200)' },
      height: { ...text, describe: 'of a frame in pixels (16)' },
      minwidth: { ...text, describe: 'pixels; narrower frames are gathered (0.5)' },
      fonttype: { ...text, describe: 'font family (Verdana)' },
      fontsize: { ...text, describe: 'in pixels (12)' },
      countname: { ...text, describe: 'what is counted: bytes, pages, samples ...' },
      nametype: { ...text, describe: 'what a frame is (Function:)' },
      colors: { ...text, alias: 'color', choices: colorSchemes, describe: 'palette (mem)' },
      inverted: { type: 'boolean', describe: 'root on top' },
      ...widthsFlag,
      ...ticketFlags,
      'no-embed': { type: 'boolean', describe: 'leave the stacks out of the file' },
      'max-size': { ...text, describe: 'of the file, gives up detail for it (8M)' },
    })
    .example('$0 render --countname=bytes < all.stacks > all.svg', '')
    .example('$0 render x.capture --view all -o all.svg', '');
}

type Options = ReturnType<typeof options> extends Argv<infer Found> ? Found : never;

function svgOptions(args: ArgumentsCamelCase<Options>): SvgOptions {
  return given({
    title: single(args.title, '--title'),
    subtitle: single(args.subtitle, '--subtitle'),
    width: decimalOption(args.width, '--width'),
    frameHeight: decimalOption(args.height, '--height'),
    minWidth: decimalOption(args.minwidth, '--minwidth'),
    fontFamily: single(args.fonttype, '--fonttype'),
    fontSize: decimalOption(args.fontsize, '--fontsize'),
    countName: single(args.countname, '--countname'),
    nameType: single(args.nametype, '--nametype'),
    colors: single(args.colors, '--colors'),
    inverted: args.inverted,
    widths: single(args.widths, '--widths'),
    embed: args.noEmbed ? false : undefined,
    maxSize: sizeOption(args.maxSize, '--max-size'),
  });
}

/** The options that were given: a stage has its defaults for the others. */
export function given<Fields extends object>(
  fields: Fields,
): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  const entries = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as ReturnType<typeof given<Fields>>;
}

/** Collapsed stacks do not say what they count. */
export function unitOf(countName: string | undefined): Unit {
  return countName === 'bytes' || countName === 'pages' ? countName : 'count';
}

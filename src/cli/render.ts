import type { ArgumentsCamelCase, Argv } from 'yargs';
import { UserError } from '../errors.ts';
import { views } from '../fold/views.ts';
import type { ColourMap } from '../render/colour.ts';
import { kindOf } from '../render/ignored.ts';
import type { SvgOptions } from '../render/svg.ts';
import type { Unit } from '../units.ts';
import { defineCommand } from './command.ts';
import { convert } from './convert.ts';
import { viewOf } from './input.ts';
import { checkEmbed, lookFlags, lookNeedless, lookOf } from './look-options.ts';
import { several } from './numbers.ts';
import { pictureOutput, suffixList } from './outputs.ts';
import { type PictureKind, pictures, type Source } from './pictures.ts';
import { residentChoiceOf, residentFlags } from './resident-options.ts';
import { frameChoiceOf, frameFlags } from './stack-options.ts';
import { writeStdout } from './stdout.ts';
import { ticketChoiceOf, ticketFlags } from './ticket-options.ts';

export const render = defineCommand({
  command: 'render [input]',
  describe: 'capture or collapsed stacks to a flame graph',
  options,
  run: async (args) => {
    if (args.csp) return printPolicy(args);
    const look = lookOf(args);
    const outputs = several(args.output, '--output');
    checkEmbed(look, outputs);
    const outputOf = (kind: PictureKind) =>
      pictureOutput(args.cp ? withKeptColours(kind, look) : kind, look);
    const [first, ...more] = pictures;
    return convert({
      file: args.input,
      input: {
        view: viewOf(args.view),
        frames: frameChoiceOf(args),
        resident: residentChoiceOf(args),
        unit: unitOf(look.countName),
      },
      outputs,
      ...ticketChoiceOf(args),
      look,
      remarks: lookNeedless(args),
      kinds: [outputOf(first), ...more.map(outputOf)],
    });
  },
});

/** For a server that sends pages with a policy as a header; they carry it themselves as well. */
async function printPolicy({ input, output }: ArgumentsCamelCase<Options>): Promise<number> {
  if (input !== undefined || output !== undefined)
    throw new UserError('--csp prints the policy of every HTML page: it takes no file', 2);
  const { pagePolicy } = await import('../render/html.ts');
  await writeStdout([`${pagePolicy()}\n`]);
  return 0;
}

const text = { type: 'string', requiresArg: true } as const;

function options(parser: Argv) {
  return parser
    .positional('input', {
      type: 'string',
      describe: 'capture, collapsed stacks, .svg or .html, also .gz; - or none: stdin',
    })
    .options({
      output: { ...text, alias: 'o', describe: `instead of stdout: ${suffixList(pictures)}` },
      view: { ...text, choices: views, describe: 'of a capture (unfreed if it has frees)' },
      ...frameFlags,
      ...residentFlags,
      ...lookFlags,
      ...ticketFlags,
      csp: { type: 'boolean', describe: 'print the policy that HTML pages run under' },
    })
    .example('$0 render --countname=bytes < all.stacks > all.svg', '')
    .example('$0 render x.capture --view all -o all.svg', '')
    .example('$0 render x.capture -o x.html', 'all views, to look around in');
}

type Options = ReturnType<typeof options> extends Argv<infer Found> ? Found : never;

/** A picture in the colours that pictures before it had. */
function withKeptColours(kind: PictureKind, look: SvgOptions): PictureKind {
  return {
    ...kind,
    draw: async (source, options) =>
      kind.draw(source, { ...options, palette: await paletteFor(source, look) }),
  };
}

/** Other pictures have colours of their own, and say that they ignore a palette: it is left as it is. */
async function paletteFor({ profile }: Source, { colors = 'mem' }: SvgOptions): Promise<ColourMap> {
  if (kindOf(profile) !== 'flame') return {};
  const { keptColours } = await import('./palette-file.ts');
  return keptColours(profile, colors);
}

/** Collapsed stacks do not say what they count. */
export function unitOf(countName: string | undefined): Unit {
  return countName === 'bytes' || countName === 'pages' ? countName : 'count';
}

import type { ArgumentsCamelCase, Argv } from 'yargs';
import { views } from '../fold/views.ts';
import type { Profile } from '../profile.ts';
import { defineCommand } from './command.ts';
import { convert } from './convert.ts';
import { viewOf } from './input.ts';
import { single, wholeOption } from './numbers.ts';
import type { ProfileOutputKind } from './outputs.ts';
import { residentChoiceOf, residentFlags } from './resident-options.ts';
import { frameChoiceOf, frameFlags } from './stack-options.ts';
import { sortKeys, type TableOptions } from './table.ts';
import { linesFor } from './tables.ts';

export const top = defineCommand({
  command: 'top [input]',
  describe: 'capture to the table of its top stacks',
  options,
  run: async (args) =>
    convert({
      file: args.input,
      input: {
        view: viewOf(args.view),
        frames: frameChoiceOf(args),
        resident: residentChoiceOf(args),
        unit: 'count',
      },
      outputs: [],
      kinds: [tableOutput(tableOptionsOf(args))],
    }),
});

const text = { type: 'string', requiresArg: true } as const;

/** Shared with the trace itself, which ends with the same table. */
export const tableFlags = {
  top: { ...text, alias: 'T', describe: 'stacks in the table (10)' },
  sort: { ...text, choices: sortKeys, describe: 'order of the table' },
} as const;

function options(parser: Argv) {
  return parser
    .positional('input', {
      type: 'string',
      describe: 'capture, collapsed stacks, .svg or .html, also .gz; - or none: stdin',
    })
    .options({
      view: { ...text, choices: views, describe: 'unfreed if the capture has frees' },
      ...frameFlags,
      ...residentFlags,
      ...tableFlags,
    });
}

type Options = ReturnType<typeof options> extends Argv<infer Found> ? Found : never;
type TableArgs = Partial<Pick<ArgumentsCamelCase<Options>, 'top' | 'sort'>>;

/** Throws a UserError for a number that is none. */
export function tableOptionsOf({ top, sort }: TableArgs): Omit<TableOptions, 'width'> {
  return {
    top: wholeOption(top, '--top', { least: 1 }) ?? 10,
    sort: single(sort, '--sort') === 'count' ? 'count' : 'size',
  };
}

function tableOutput(table: Omit<TableOptions, 'width'>): ProfileOutputKind {
  return {
    suffixes: [],
    what: 'a table',
    text: async ({ profile }) => tableText(profile, table),
  };
}

/** The table in the width of the terminal. */
export function tableText(profile: Profile, table: Omit<TableOptions, 'width'>): string[] {
  const width = process.stdout.columns || 80;
  return linesFor(profile.meta)(profile, { ...table, width }).map((line) => `${line}\n`);
}

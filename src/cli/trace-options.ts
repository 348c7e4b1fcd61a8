import type { Argv } from 'yargs';
import type { TraceRequest } from '../collect/trace.ts';
import { UserError } from '../errors.ts';
import type { ViewChoice } from '../fold/views.ts';
import { decimalOption, several, wholeOption } from './numbers.ts';
import { kindOf, suffixList, traceOutputs } from './outputs.ts';
import type { TracePlan } from './run-trace.ts';
import { type StackArgs, stackRequestOf } from './stack-options.ts';
import { ticketChoiceOf, ticketFlags } from './ticket-options.ts';
import { tableOptionsOf } from './top.ts';

const text = { type: 'string', requiresArg: true } as const;
const flag = { type: 'boolean' } as const;

/** What is traced. */
export const targetFlags = {
  pid: { ...text, alias: 'p', describe: 'processes: 12,34; may be repeated' },
  name: { ...text, alias: 'n', describe: 'processes of this name' },
  command: { ...text, alias: 'c', describe: 'start this and trace it (no shell)' },
  'follow-forks': { ...flag, describe: 'trace children, too; see README for its cost' },
  kill: { ...flag, describe: 'with -c: end the program with the trace' },
} as const;

/** How long. */
export const secondsPositional = {
  type: 'string',
  describe: 'how long; without it until Ctrl-C',
} as const;

/** Where the result goes; else there is a table. */
export const resultFlags = {
  folded: { ...flag, alias: 'f', describe: 'collapsed stacks on stdout' },
  output: { ...text, alias: 'o', describe: `file: ${suffixList(traceOutputs)}, + .gz` },
  ...ticketFlags,
} as const;

/** Room in the kernel, whatever is traced. */
export const roomFlags = {
  'max-stacks': { ...text, describe: 'room for distinct stacks (65536)' },
} as const;

/** The options of a trace under their headings in its help, which come in this order. */
export function inGroups<T>(
  parser: Argv<T>,
  groups: Readonly<Record<string, readonly object[]>>,
): Argv<T> {
  for (const [heading, flags] of Object.entries(groups))
    parser.group(flags.flatMap(Object.keys), `${heading}:`);
  return parser;
}

type Value = string | readonly string[] | undefined;

interface TraceArgs extends StackArgs {
  readonly seconds?: string | undefined;
  readonly maxStacks?: Value;
  readonly followForks?: boolean | undefined;
}

/** What every trace is asked. Throws a UserError for a number that is none, and for what was given twice. */
export function commonRequestOf(args: TraceArgs): Omit<TraceRequest, 'target' | 'heap' | 'faults'> {
  return {
    seconds: secondsOf(args.seconds),
    followForks: args.followForks ?? false,
    maxStacks: wholeOption(args.maxStacks, '--max-stacks', { least: 1 }),
    ...stackRequestOf(args),
  };
}

function secondsOf(value: string | undefined): number | undefined {
  if (value !== undefined && !/^[-.\d]/.test(value))
    throw new UserError(`${value} is neither a command nor seconds; see memstacks --help`, 2);
  const seconds = decimalOption(value, 'seconds');
  if (seconds === 0) throw new UserError('seconds must be above 0; none means until Ctrl-C', 2);
  return seconds;
}

interface ResultArgs {
  readonly folded?: boolean | undefined;
  readonly output?: Value;
  readonly top?: string | undefined;
  readonly sort?: 'size' | 'count' | undefined;
  readonly ticket?: Value;
  readonly redact?: boolean | undefined;
}

/** One view, written as the options say. Throws a UserError for a file of unknown suffix. */
export function resultsOf(
  args: ResultArgs,
  choice: ViewChoice,
): Pick<TracePlan, 'results' | 'folded' | 'table' | 'ticket' | 'redact'> {
  const outputs = several(args.output, '--output');
  for (const path of outputs) kindOf(path, traceOutputs);
  return {
    results: [{ choice, outputs }],
    folded: args.folded ?? false,
    ...ticketChoiceOf(args),
    table: tableOptionsOf(args),
  };
}

import type { ArgumentsCamelCase, Argv } from 'yargs';
import { UserError } from '../errors.ts';
import { defineCommand } from './command.ts';
import { wholeOption } from './numbers.ts';
import { residentChoiceOf, residentFlags } from './resident-options.ts';
import type { TracePlan } from './run-trace.ts';
import { addressFlags, frameChoiceOf, stackFlags } from './stack-options.ts';
import { chooseTarget } from './target.ts';
import { tableFlags } from './top.ts';
import {
  commonRequestOf,
  inGroups,
  resultFlags,
  resultsOf,
  roomFlags,
  secondsPositional,
  targetFlags,
} from './trace-options.ts';

export const pgfault = defineCommand({
  command: 'pgfault [seconds]',
  describe: 'trace page faults: what made resident memory grow',
  options,
  run: async (args) => (await import('./run-trace.ts')).runTrace(planOf(args)),
});

const text = { type: 'string', requiresArg: true } as const;

/** What a trace of page faults may take. */
export const pageFlags = {
  'max-pages': { ...text, describe: 'room for pages that faulted' },
} as const;

/** Known from the trace of allocations, and refused with what helps instead. */
const refusedFlags = { interval: { ...text, hidden: true } } as const;

function options(parser: Argv) {
  const { top } = tableFlags;
  const flags = {
    ...targetFlags,
    ...residentFlags,
    ...pageFlags,
    ...stackFlags,
    ...addressFlags,
    ...refusedFlags,
  };
  const described = parser
    .usage('Which code made the resident memory of a process (-p, -n or -c) grow')
    .positional('seconds', secondsPositional)
    .options({ ...flags, ...roomFlags, ...resultFlags, top })
    .example('$0 pgfault -p 123 60', 'table of what became resident')
    .example('$0 pgfault -p 123 -f 60 > pgfault.stacks', 'pages, collapsed')
    .example('$0 pgfault -p 123 60 --anon -o pgfault.svg', 'without files');
  return inGroups(described, {
    Target: [targetFlags],
    Pages: [residentFlags, pageFlags],
    Stacks: [stackFlags, addressFlags, roomFlags],
    Result: [resultFlags, { top }],
  });
}

type Options = ReturnType<typeof options> extends Argv<infer Found> ? Found : never;

/** Throws a UserError for a command line that makes no sense, before anything is touched. */
function planOf(args: ArgumentsCamelCase<Options>): TracePlan {
  if (args.interval !== undefined)
    throw new UserError(
      '--interval is about allocations: take two traces of resident memory, and compare them with memstacks diff',
      2,
    );
  const common = commonRequestOf(args);
  const target = chooseTarget(args);
  return {
    target,
    request: { ...common, faults: faultsRequestOf(args) },
    ...resultsOf(args, {
      view: 'resident',
      frames: frameChoiceOf(args),
      resident: residentChoiceOf(args),
    }),
  };
}

/** Throws a UserError for a number that is none. */
export function faultsRequestOf(args: {
  readonly maxPages?: string | readonly string[] | undefined;
}): NonNullable<TracePlan['request']['faults']> {
  return { maxPages: wholeOption(args.maxPages, '--max-pages', { least: 1 }) };
}

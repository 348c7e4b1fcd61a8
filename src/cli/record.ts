import type { ArgumentsCamelCase, Argv } from 'yargs';
import { UserError } from '../errors.ts';
import { defineCommand } from './command.ts';
import { heapCostFlags, heapRequestOf, sizeFlags } from './heap-options.ts';
import { namingFlags } from './naming-options.ts';
import { single } from './numbers.ts';
import { faultsRequestOf, pageFlags } from './pgfault.ts';
import type { TracePlan } from './run-trace.ts';
import { addressFlags, frameChoiceOf, stackFlags } from './stack-options.ts';
import { chooseTarget } from './target.ts';
import { ticketFlags } from './ticket-options.ts';
import { tableOptionsOf } from './top.ts';
import { commonRequestOf, roomFlags, secondsPositional, targetFlags } from './trace-options.ts';

export const record = defineCommand({
  command: 'record [seconds]',
  describe: 'allocations and page faults: all pictures',
  options,
  run: async (args) => (await import('./run-trace.ts')).runTrace(planOf(args)),
});

const text = { type: 'string', requiresArg: true } as const;

/** What is written of each view: what comes behind the name of the incident. */
const viewFiles = [
  // A capture has them all.
  { view: 'all', files: ['capture', 'all_mallocs.svg', 'all_mallocs.folded'] },
  // And so has the page, which shows this one first.
  { view: 'unfreed', files: ['html', 'unfreed.svg', 'unfreed.folded'] },
  { view: 'resident', files: ['resident.svg', 'resident.folded'] },
] as const;

function options(parser: Argv) {
  return parser
    .usage('Three pictures of one incident: all allocations, unfreed, resident')
    .positional('seconds', secondsPositional)
    .options({
      ...targetFlags,
      output: { ...text, alias: 'o', describe: 'what all files begin with (incident)' },
      ...sizeFlags,
      ...namingFlags,
      ...heapCostFlags,
      ...pageFlags,
      ...stackFlags,
      ...addressFlags,
      ...roomFlags,
      redact: ticketFlags.redact,
    })
    .group([...Object.keys(targetFlags)], 'Target:')
    .group(
      [sizeFlags, namingFlags, heapCostFlags].flatMap((flags) => Object.keys(flags)),
      'Allocations:',
    )
    .group(
      [pageFlags, stackFlags, addressFlags, roomFlags].flatMap((flags) => Object.keys(flags)),
      'Pages and stacks:',
    )
    .example('$0 record -p 123 60 -o incident', 'incident.resident.svg and so on');
}

type Options = ReturnType<typeof options> extends Argv<infer Found> ? Found : never;

/** Throws a UserError for a command line that makes no sense, before anything is touched. */
function planOf(args: ArgumentsCamelCase<Options>): TracePlan {
  const common = commonRequestOf(args);
  const target = chooseTarget(args);
  const name = nameOf(args.output);
  return {
    target,
    request: { ...common, heap: heapRequestOf(args, 'full'), faults: faultsRequestOf(args) },
    results: viewFiles.map(({ view, files }) => ({
      choice: { view, frames: frameChoiceOf(args) },
      outputs: files.map((suffix) => `${name}.${suffix}`),
    })),
    folded: false,
    ticket: undefined,
    redact: args.redact ?? false,
    table: tableOptionsOf({}),
  };
}

/** The files have suffixes of their own. */
function nameOf(value: string | undefined): string {
  const name = single(value, '--output') ?? 'incident';
  if (/\.(svg|html|folded|stacks|capture)(\.gz)?$/.test(name) || /^-$|\/$/.test(name))
    throw new UserError(`-o ${name}: record writes several files, name what they begin with`, 2);
  return name;
}

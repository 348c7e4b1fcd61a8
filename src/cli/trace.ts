import type { ArgumentsCamelCase, Argv } from 'yargs';
import type { CaptureMode } from '../capture.ts';
import { UserError } from '../errors.ts';
import { defineCommand } from './command.ts';
import { heapCostFlags, heapRequestOf, sizeFlags } from './heap-options.ts';
import { namingFlags } from './naming-options.ts';
import type { TracePlan } from './run-trace.ts';
import { frameChoiceOf, frameFlags, stackFlags } from './stack-options.ts';
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

export const trace = defineCommand({
  command: '$0 [seconds]',
  // The usage line below says it.
  describe: false,
  options,
  // Reading files needs nothing of what starts processes.
  run: async (args) => (await import('./run-trace.ts')).runTrace(planOf(args)),
});

const text = { type: 'string', requiresArg: true } as const;
const flag = { type: 'boolean' } as const;

const heapFlags = {
  all: { ...flag, alias: 'a', describe: 'every allocation, not only unfreed ones' },
  'entry-only': { ...flag, describe: 'with -a: cheapest, counts requests' },
  interval: { ...text, describe: 'seconds: note what is unfreed so often' },
  mmap: { ...flag, describe: 'mmap, mremap and brk too, under [mmap]' },
  ...sizeFlags,
  ...namingFlags,
} as const;

function options(parser: Argv) {
  const flags = {
    ...targetFlags,
    ...heapFlags,
    ...heapCostFlags,
    ...stackFlags,
    ...frameFlags,
    ...roomFlags,
    ...resultFlags,
    ...tableFlags,
  };
  const described = parser
    .usage('Flame graphs of what a process (-p PID, -n NAME or -c COMMAND) allocates')
    .positional('seconds', secondsPositional)
    .options(flags)
    .epilogue('Example: memstacks -p 123 60 -o leak.svg');
  return inGroups(described, {
    Target: [targetFlags],
    Allocations: [heapFlags, heapCostFlags],
    Stacks: [stackFlags, frameFlags, roomFlags],
    Result: [resultFlags, tableFlags],
  });
}

type Options = ReturnType<typeof options> extends Argv<infer Found> ? Found : never;

/** Throws a UserError for a command line that makes no sense, before anything is touched. */
function planOf(args: ArgumentsCamelCase<Options>): TracePlan {
  const common = commonRequestOf(args);
  const target = chooseTarget(args);
  const { mmap = false } = args;
  // Left to the capture, the view has mappings in it.
  const view = mmap ? undefined : args.all ? 'all' : 'unfreed';
  return {
    target,
    request: { ...common, heap: { ...heapRequestOf(args, modeOf(args)), mmap } },
    ...resultsOf(args, { view, frames: frameChoiceOf(args) }),
  };
}

function modeOf({ all, entryOnly }: ArgumentsCamelCase<Options>): CaptureMode {
  if (entryOnly && !all)
    throw new UserError('--entry-only needs -a: without frees nothing is known as unfreed', 2);
  if (!all) return 'full';
  return entryOnly ? 'entry' : 'alloc';
}

import type { ArgumentsCamelCase, Argv } from 'yargs';
import type { HeapRequest } from '../collect/heap.ts';
import { UserError } from '../errors.ts';
import { defineCommand } from './command.ts';
import { costFlags, costRequestOf } from './cost-options.ts';
import { namingFlags, namingOf } from './naming-options.ts';
import { decimalOption, several, sizeOption, wholeOption } from './numbers.ts';
import { kindOf, suffixList, traceOutputs } from './outputs.ts';
import type { TracePlan } from './record.ts';
import { frameChoiceOf, frameFlags, stackFlags, stackRequestOf } from './stack-options.ts';
import { chooseTarget } from './target.ts';
import { tableFlags, tableOptionsOf } from './top.ts';

export const trace = defineCommand({
  command: '$0 [seconds]',
  // The usage line below says it.
  describe: false,
  options,
  // Reading files needs nothing of what starts processes.
  run: async (args) => (await import('./record.ts')).record(planOf(args)),
});

const text = { type: 'string', requiresArg: true } as const;
const flag = { type: 'boolean' } as const;

function options(parser: Argv) {
  return parser
    .usage('Flame graphs of what a process (-p PID, -n NAME or -c COMMAND) allocates')
    .positional('seconds', { type: 'string', describe: 'how long; without it until Ctrl-C' })
    .options({
      pid: { ...text, alias: 'p', describe: 'processes: 12,34; may be repeated' },
      name: { ...text, alias: 'n', describe: 'processes of this name' },
      command: { ...text, alias: 'c', describe: 'start this and trace it (no shell)' },
      'follow-forks': { ...flag, describe: 'trace children, too; see README for its cost' },
      kill: { ...flag, describe: 'with -c: end the program with the trace' },
      all: { ...flag, alias: 'a', describe: 'every allocation, not only unfreed ones' },
      'entry-only': { ...flag, describe: 'with -a: cheapest, counts requests' },
      mmap: { ...flag, describe: 'mmap, mremap and brk too, under [mmap]' },
      'min-size': { ...text, alias: 'z', describe: 'only sizes from: 64, 4k, 1M' },
      'max-size': { ...text, alias: 'Z', describe: 'only sizes up to' },
      older: { ...text, describe: 'unfreed: only blocks of this age in ms' },
      ...namingFlags,
      ...stackFlags,
      ...frameFlags,
      folded: { ...flag, alias: 'f', describe: 'collapsed stacks on stdout' },
      output: { ...text, alias: 'o', describe: `file(s): ${suffixList(traceOutputs)}, and .gz` },
      ...tableFlags,
      ...costFlags,
      'max-live': { ...text, describe: 'room for live blocks (1000000)' },
      'max-stacks': { ...text, describe: 'room for distinct stacks (65536)' },
    })
    .group(['pid', 'name', 'command', 'follow-forks', 'kill'], 'Target:')
    .group(['all', 'entry-only', 'mmap', 'min-size', 'max-size', 'older'], 'Allocations:')
    .group([...Object.keys(namingFlags), ...Object.keys(costFlags)], 'Allocations:')
    .group([...Object.keys(stackFlags), ...Object.keys(frameFlags)], 'Stacks:')
    .group(['folded', 'output', ...Object.keys(tableFlags)], 'Result:')
    .example('$0 -p 123 60 -o leak.svg', 'flame graph of what stays unfreed')
    .example('$0 -p 123 -af 60 > all.stacks', 'every allocation, collapsed');
}

type Options = ReturnType<typeof options> extends Argv<infer Found> ? Found : never;

/** Throws a UserError for a command line that makes no sense, before anything is touched. */
function planOf(args: ArgumentsCamelCase<Options>): TracePlan {
  const seconds = secondsOf(args.seconds);
  const target = chooseTarget(args);
  const all = args.all ?? false;
  if (args.entryOnly && !all)
    throw new UserError('--entry-only needs -a: without frees nothing is known as unfreed', 2);
  const outputs = several(args.output, '--output');
  for (const path of outputs) kindOf(path, traceOutputs);
  return {
    target,
    request: {
      mode: all ? (args.entryOnly ? 'entry' : 'alloc') : 'full',
      mmap: args.mmap ?? false,
      followForks: args.followForks ?? false,
      seconds,
      ...sizesOf(args),
      olderMs: olderOf(args, all),
      maxLive: wholeOption(args.maxLive, '--max-live', { least: 1 }),
      maxStacks: wholeOption(args.maxStacks, '--max-stacks', { least: 1 }),
      ...stackRequestOf(args),
      ...costRequestOf(args),
      naming: namingOf(args),
    },
    frames: frameChoiceOf(args),
    view: all ? 'all' : 'unfreed',
    folded: args.folded ?? false,
    outputs,
    table: tableOptionsOf(args),
  };
}

function secondsOf(value: string | undefined): number | undefined {
  if (value !== undefined && !/^[-.\d]/.test(value))
    throw new UserError(`${value} is neither a command nor seconds; see memstacks --help`, 2);
  const seconds = decimalOption(value, 'seconds');
  if (seconds === 0) throw new UserError('seconds must be above 0; none means until Ctrl-C', 2);
  return seconds;
}

function sizesOf(args: ArgumentsCamelCase<Options>): Pick<HeapRequest, 'minSize' | 'maxSize'> {
  const minSize = sizeOption(args.minSize, '--min-size');
  const maxSize = sizeOption(args.maxSize, '--max-size');
  if (minSize !== undefined && maxSize !== undefined && minSize > maxSize)
    throw new UserError('--min-size is above --max-size: nothing would be recorded', 2);
  return { minSize, maxSize };
}

function olderOf(args: ArgumentsCamelCase<Options>, all: boolean): number | undefined {
  const olderMs = wholeOption(args.older, '--older');
  if (olderMs !== undefined && all)
    throw new UserError('--older is about unfreed blocks: it has no meaning with -a', 2);
  return olderMs;
}

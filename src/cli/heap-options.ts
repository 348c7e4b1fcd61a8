import type { HeapRequest } from '../collect/heap.ts';
import { UserError } from '../errors.ts';
import { costFlags, costRequestOf } from './cost-options.ts';
import { namingOf } from './naming-options.ts';
import { decimalOption, sizeOption, wholeOption } from './numbers.ts';

const text = { type: 'string', requiresArg: true } as const;

/** Which allocations are recorded. */
export const sizeFlags = {
  'min-size': { ...text, alias: 'z', describe: 'only sizes from: 64, 4k, 1M' },
  'max-size': { ...text, alias: 'Z', describe: 'only sizes up to' },
  older: { ...text, describe: 'unfreed: only blocks of this age in ms' },
} as const;

/** What a trace of allocations may cost. */
export const heapCostFlags = {
  ...costFlags,
  'max-live': { ...text, describe: 'room for live blocks (1000000)' },
} as const;

type Value = string | readonly string[] | undefined;

interface SizeArgs {
  readonly minSize?: Value;
  readonly maxSize?: Value;
  readonly older?: Value;
}

type HeapArgs = SizeArgs &
  Parameters<typeof costRequestOf>[0] &
  Parameters<typeof namingOf>[0] & { readonly maxLive?: Value; readonly interval?: Value };

/** Throws a UserError for a number that is none, and for what was given twice or makes no sense. */
export function heapRequestOf(args: HeapArgs, mode: HeapRequest['mode']): HeapRequest {
  return {
    mode,
    ...sizesOf(args),
    olderMs: olderOf(args, mode),
    intervalSeconds: intervalOf(args, mode),
    maxLive: wholeOption(args.maxLive, '--max-live', { least: 1 }),
    ...costRequestOf(args),
    naming: namingOf(args),
  };
}

function sizesOf(args: SizeArgs): Pick<HeapRequest, 'minSize' | 'maxSize'> {
  const minSize = sizeOption(args.minSize, '--min-size');
  const maxSize = sizeOption(args.maxSize, '--max-size');
  if (minSize !== undefined && maxSize !== undefined && minSize > maxSize)
    throw new UserError('--min-size is above --max-size: nothing would be recorded', 2);
  return { minSize, maxSize };
}

function olderOf(args: SizeArgs, mode: HeapRequest['mode']): number | undefined {
  const olderMs = wholeOption(args.older, '--older');
  if (olderMs !== undefined && mode !== 'full')
    throw new UserError('--older is about unfreed blocks: it has no meaning with -a', 2);
  return olderMs;
}

function intervalOf({ interval, older }: HeapArgs, mode: HeapRequest['mode']): number | undefined {
  const seconds = decimalOption(interval, '--interval');
  if (seconds === undefined) return undefined;
  if (seconds < 0.001)
    throw new UserError(`--interval ${seconds}: expected seconds, at least 0.001`, 2);
  if (mode !== 'full' || older !== undefined)
    throw new UserError(
      '--interval is about all unfreed blocks: it goes neither with -a nor --older',
      2,
    );
  return seconds;
}

import type { CostRequest } from '../collect/cost.ts';
import { UserError } from '../errors.ts';
import { sizeOption, wholeOption } from './numbers.ts';

const text = { type: 'string', requiresArg: true } as const;

/** What a trace may cost its target. */
export const costFlags = {
  'max-rate': { ...text, describe: 'end above so many calls/s (300000; 0: off)' },
  sample: { ...text, alias: 's', describe: 'record one of N calls; numbers are estimates' },
  'sample-bytes': { ...text, describe: 'record one call in SIZE: 512k' },
} as const;

type Value = string | readonly string[] | undefined;

interface CostArgs {
  readonly maxRate?: Value;
  readonly sample?: Value;
  readonly sampleBytes?: Value;
}

/** What the helper can take. */
const mostRate = 2 ** 40;
const mostSampled = 2 ** 30;

/** Throws a UserError for a number that is none, and for two ways of sampling at once. */
export function costRequestOf({ maxRate, sample, sampleBytes }: CostArgs): CostRequest {
  if (sample !== undefined && sampleBytes !== undefined)
    throw new UserError('either --sample or --sample-bytes, not both', 2);
  return {
    maxRate: wholeOption(maxRate, '--max-rate', { most: mostRate }),
    sampleCalls: wholeOption(sample, '--sample', { least: 1, most: mostSampled }),
    sampleBytes: sampledSize(sampleBytes),
  };
}

function sampledSize(value: Value): number | undefined {
  const bytes = sizeOption(value, '--sample-bytes');
  if (bytes === undefined || (bytes >= 1 && bytes <= mostSampled)) return bytes;
  throw new UserError(`--sample-bytes ${value}: expected 1 to 1G`, 2);
}

import type { Naming } from '../collect/naming.ts';
import { several, single } from './numbers.ts';

const text = { type: 'string', requiresArg: true } as const;

/** Options that name the allocators of a program. */
export const namingFlags = {
  object: { ...text, alias: 'O', describe: 'trace the allocator of this file only' },
  'symbols-prefix': { ...text, describe: 'before its names, such as rp' },
  'alloc-fn': { ...text, describe: 'a pool: NAME:SIZE[*COUNT][,old=ARG][,out=ARG]' },
  'free-fn': { ...text, describe: 'what frees its blocks: NAME:ARG' },
} as const;

type Value = string | readonly string[] | undefined;

interface NamingArguments {
  readonly object?: string | undefined;
  readonly symbolsPrefix?: Value;
  readonly allocFn?: Value;
  readonly freeFn?: Value;
}

/** Throws a UserError for an empty value, or more than one file. */
export function namingOf(args: NamingArguments): Naming {
  return {
    object: single(args.object, '--object'),
    symbolsPrefixes: several(args.symbolsPrefix, '--symbols-prefix'),
    allocFunctions: several(args.allocFn, '--alloc-fn'),
    freeFunctions: several(args.freeFn, '--free-fn'),
  };
}

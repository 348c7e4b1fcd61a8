import type { Unwind } from '../capture/walked-stack.ts';
import type { TraceRequest } from '../collect/trace.ts';
import type { WalkRequest } from '../collect/walk.ts';
import type { FrameChoice } from '../fold/stack-tree.ts';
import { several, single, wholeOption } from './numbers.ts';

const text = { type: 'string', requiresArg: true } as const;
const flag = { type: 'boolean' } as const;

const unwinds: readonly Unwind[] = ['auto', 'dwarf', 'fp'];

/** How the helper walks stacks, whatever it is asked to do. */
export const walkFlags = {
  unwind: { ...text, choices: unwinds, describe: 'how stacks are walked' },
  'debug-dir': { ...text, describe: 'more places of debug files; repeatable' },
} as const;

/** What a trace records of stacks. */
export const stackFlags = {
  ...walkFlags,
  'max-frames': { ...text, describe: 'of a stack, up to 512 (127)' },
  lines: { ...flag, describe: 'source file and line of every frame' },
  inline: { ...flag, describe: 'inlined functions as frames' },
} as const;

/** How the frames of a capture are shown. */
export const addressFlags = {
  addresses: { ...flag, describe: 'of code without a name' },
} as const;

/** Likewise, of stacks that end in an allocator. */
export const frameFlags = {
  ...addressFlags,
  'hide-allocator': { ...flag, describe: 'cut malloc, operator new off the leaf' },
} as const;

type Value = string | readonly string[] | undefined;

interface WalkArgs {
  readonly unwind?: Unwind | readonly Unwind[] | undefined;
  readonly debugDir?: Value;
}

/** Throws a UserError for what was given twice or is empty. */
export function walkRequestOf({ unwind, debugDir }: WalkArgs): WalkRequest {
  return {
    unwind: single(unwind, '--unwind'),
    debugDirs: several(debugDir, '--debug-dir'),
  };
}

export interface StackArgs extends WalkArgs {
  readonly maxFrames?: Value;
  readonly lines?: boolean | undefined;
  readonly inline?: boolean | undefined;
}

type StackRequest = WalkRequest & Pick<TraceRequest, 'maxFrames' | 'lines' | 'inline'>;

/** Throws a UserError for a number that is none, and for what was given twice. */
export function stackRequestOf(args: StackArgs): StackRequest {
  return {
    ...walkRequestOf(args),
    maxFrames: wholeOption(args.maxFrames, '--max-frames', { least: 1, most: 512 }),
    lines: args.lines ?? false,
    inline: args.inline ?? false,
  };
}

interface FrameArgs {
  readonly addresses?: boolean | undefined;
  readonly hideAllocator?: boolean | undefined;
}

/** How frames are to be shown. */
export function frameChoiceOf({
  addresses = false,
  hideAllocator = false,
}: FrameArgs): FrameChoice {
  return { addresses, hideAllocator };
}

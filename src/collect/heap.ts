import type { CaptureMode } from '../capture.ts';
import { type CostRequest, costArguments } from './cost.ts';
import { type Naming, namingArguments } from './naming.ts';
import { withValue } from './walk.ts';

/** What is traced of allocations; sizes are bytes. What is left out has the helper's default. */
export interface HeapRequest extends CostRequest {
  readonly mode: CaptureMode;
  /** Trace mmap, munmap, mremap and brk, too. */
  readonly mmap?: boolean;
  readonly minSize?: number | undefined;
  readonly maxSize?: number | undefined;
  readonly olderMs?: number | undefined;
  /** What is unfreed is noted every so often; not with `olderMs`, and in mode `full` only. */
  readonly intervalSeconds?: number | undefined;
  readonly maxLive?: number | undefined;
  readonly naming: Naming;
}

/** The helper's arguments; bpf/README.md lists them. */
export function heapArguments(request: HeapRequest): string[] {
  return [
    ...modeFlags[request.mode],
    ...(request.mmap ? ['--mmap'] : []),
    ...withValue('--min-size', request.minSize),
    ...withValue('--max-size', request.maxSize),
    ...withValue('--interval', request.intervalSeconds),
    ...withValue('--older', request.olderMs),
    ...withValue('--max-live', request.maxLive),
    ...costArguments(request),
    ...namingArguments(request.naming),
  ];
}

const modeFlags: Record<CaptureMode, readonly string[]> = {
  full: [],
  alloc: ['--alloc-only'],
  entry: ['--alloc-only', '--entry-only'],
};

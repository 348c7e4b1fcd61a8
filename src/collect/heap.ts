import type { CaptureMode } from '../capture.ts';
import { type CostRequest, costArguments } from './cost.ts';
import { type Naming, namingArguments } from './naming.ts';
import { runCollector, type Watcher } from './run.ts';
import { type WalkRequest, walkArguments, withValue } from './walk.ts';

export type Target =
  | { readonly kind: 'pids'; readonly pids: readonly number[] }
  | { readonly kind: 'command'; readonly words: readonly string[]; readonly kill: boolean };

/** One heap trace; sizes are bytes. What is left out has the helper's default. */
export interface HeapRequest extends WalkRequest, CostRequest {
  readonly target: Target;
  readonly mode: CaptureMode;
  /** Trace mmap, munmap, mremap and brk, too. */
  readonly mmap?: boolean;
  /** Trace the children of the target, too. */
  readonly followForks?: boolean;
  /** Without it the trace lasts until it is interrupted or every target has ended. */
  readonly seconds?: number | undefined;
  readonly minSize?: number | undefined;
  readonly maxSize?: number | undefined;
  readonly olderMs?: number | undefined;
  readonly maxStacks?: number | undefined;
  readonly maxLive?: number | undefined;
  readonly maxFrames?: number | undefined;
  /** Source file and line of every frame. */
  readonly lines?: boolean;
  /** Inlined functions as frames of their own. */
  readonly inline?: boolean;
  readonly naming: Naming;
}

/** Traces, and yields the capture's bytes; fails and ends as `runCollector` does. */
export function collectHeap(
  request: HeapRequest,
  watcher: Watcher,
  interrupt: AbortSignal,
): AsyncGenerator<Uint8Array> {
  return runCollector(heapArguments(request), watcher, interrupt);
}

/** The helper's arguments; bpf/README.md lists them. */
export function heapArguments(request: HeapRequest): string[] {
  return [
    ...modeFlags[request.mode],
    ...(request.mmap ? ['--mmap'] : []),
    ...(request.followForks ? ['--follow-forks'] : []),
    ...withValue('--duration', request.seconds),
    ...withValue('--min-size', request.minSize),
    ...withValue('--max-size', request.maxSize),
    ...withValue('--older', request.olderMs),
    ...withValue('--max-stacks', request.maxStacks),
    ...withValue('--max-live', request.maxLive),
    ...withValue('--max-frames', request.maxFrames),
    ...walkArguments(request),
    ...costArguments(request),
    ...(request.lines ? ['--lines'] : []),
    ...(request.inline ? ['--inline'] : []),
    ...namingArguments(request.naming),
    ...targetArguments(request.target),
  ];
}

const modeFlags: Record<CaptureMode, readonly string[]> = {
  full: [],
  alloc: ['--alloc-only'],
  entry: ['--alloc-only', '--entry-only'],
};

function targetArguments(target: Target): string[] {
  if (target.kind === 'pids') return ['-p', target.pids.join(',')];
  return [...(target.kill ? ['--kill'] : []), '--', ...target.words];
}

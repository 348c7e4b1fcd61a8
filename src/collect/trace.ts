import { type FaultsRequest, faultsArguments } from './faults.ts';
import { type HeapRequest, heapArguments } from './heap.ts';
import { runCollector, type Watcher } from './run.ts';
import { type WalkRequest, walkArguments, withValue } from './walk.ts';

export type Target =
  /** `mayEnd`: those that are not there any more are left out. */
  | { readonly kind: 'pids'; readonly pids: readonly number[]; readonly mayEnd?: boolean }
  | { readonly kind: 'command'; readonly words: readonly string[]; readonly kill: boolean };

/** One trace, of allocations, page faults or both. What is left out has the helper's default. */
export interface TraceRequest extends WalkRequest {
  readonly target: Target;
  readonly heap?: HeapRequest;
  readonly faults?: FaultsRequest;
  /** Trace the children of the target, too. */
  readonly followForks?: boolean;
  /** Without it the trace lasts until it is interrupted or every target has ended. */
  readonly seconds?: number | undefined;
  readonly maxStacks?: number | undefined;
  readonly maxFrames?: number | undefined;
  /** Source file and line of every frame. */
  readonly lines?: boolean;
  /** Inlined functions as frames of their own. */
  readonly inline?: boolean;
}

/** Traces, and yields the capture's bytes; fails and ends as `runCollector` does. */
export function collect(
  request: TraceRequest,
  watcher: Watcher,
  interrupt: AbortSignal,
): AsyncGenerator<Uint8Array> {
  return runCollector(traceArguments(request), watcher, interrupt);
}

/** The helper's arguments; bpf/README.md lists them. */
function traceArguments(request: TraceRequest): string[] {
  const { heap, faults } = request;
  return [
    // Allocations are what the helper traces unless it is told otherwise.
    ...(heap && faults ? ['--heap'] : []),
    ...(faults ? faultsArguments(faults) : []),
    ...(heap ? heapArguments(heap) : []),
    ...(request.followForks ? ['--follow-forks'] : []),
    ...withValue('--duration', request.seconds),
    ...withValue('--max-stacks', request.maxStacks),
    ...withValue('--max-frames', request.maxFrames),
    ...walkArguments(request),
    ...(request.lines ? ['--lines'] : []),
    ...(request.inline ? ['--inline'] : []),
    ...targetArguments(request.target),
  ];
}

function targetArguments(target: Target): string[] {
  if (target.kind === 'pids')
    return [...(target.mayEnd ? ['--skip-gone'] : []), '-p', target.pids.join(',')];
  return [...(target.kill ? ['--kill'] : []), '--', ...target.words];
}

import type { CaptureMode } from '../capture.ts';
import { runCollector, type Watcher } from './run.ts';

export type Target =
  | { readonly kind: 'pids'; readonly pids: readonly number[] }
  | { readonly kind: 'command'; readonly words: readonly string[]; readonly kill: boolean };

/** One heap trace; sizes are bytes. What is left out has the helper's default. */
export interface HeapRequest {
  readonly target: Target;
  readonly mode: CaptureMode;
  /** Without it the trace lasts until it is interrupted or every target has ended. */
  readonly seconds?: number | undefined;
  readonly minSize?: number | undefined;
  readonly maxSize?: number | undefined;
  readonly olderMs?: number | undefined;
  readonly maxStacks?: number | undefined;
  readonly maxLive?: number | undefined;
  /** The only file whose allocator is traced. */
  readonly object?: string | undefined;
  readonly symbolsPrefixes: readonly string[];
  /** NAME:ARGUMENTS, as bpf/README.md has it. */
  readonly allocFunctions: readonly string[];
  readonly freeFunctions: readonly string[];
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
    ...withValue('--duration', request.seconds),
    ...withValue('--min-size', request.minSize),
    ...withValue('--max-size', request.maxSize),
    ...withValue('--older', request.olderMs),
    ...withValue('--max-stacks', request.maxStacks),
    ...withValue('--max-live', request.maxLive),
    ...withValue('--object', request.object),
    ...request.symbolsPrefixes.flatMap((prefix) => withValue('--symbols-prefix', prefix)),
    ...request.allocFunctions.flatMap((text) => withValue('--alloc-fn', text)),
    ...request.freeFunctions.flatMap((text) => withValue('--free-fn', text)),
    ...targetArguments(request.target),
  ];
}

const modeFlags: Record<CaptureMode, readonly string[]> = {
  full: [],
  alloc: ['--alloc-only'],
  entry: ['--alloc-only', '--entry-only'],
};

function withValue(option: string, value: number | string | undefined): string[] {
  return value === undefined ? [] : [option, String(value)];
}

function targetArguments(target: Target): string[] {
  if (target.kind === 'pids') return ['-p', target.pids.join(',')];
  return [...(target.kill ? ['--kill'] : []), '--', ...target.words];
}

import { createReadStream } from 'node:fs';
import { onTestFinished } from 'vitest';
import { readCapture } from '../../src/capture/reader.ts';
import type { Capture } from '../../src/capture.ts';
import { foldHeap } from '../../src/fold/heap.ts';
import type { HeapView } from '../../src/fold/heap-weight.ts';
import { stackOf } from '../../src/profile.ts';
import { type Ended, type Started, Workplace } from '../cli/program.ts';
import type { Pair } from './sample.ts';

/** The real program with the real helper, in a folder of its own. */
export interface Trace extends Started {
  readonly at: Workplace;
  /** Resolves when every probe is attached; rejects when the trace ends without. */
  begun(): Promise<void>;
  /** Ends it as Ctrl-C does. */
  stop(): Promise<Ended>;
}

/** Environment that makes a Workplace use the real helper. */
export const realHelper = { MEMSTACKS_COLLECTOR: '' };

/** Starts memstacks; the end of the test is its end at the latest. */
export function startTrace(args: readonly string[], at = new Workplace()): Trace {
  const started = at.start(unguarded(args), realHelper);
  onTestFinished(() => {
    started.child.kill('SIGTERM');
  });
  return {
    ...started,
    at,
    async begun() {
      const early = started.ended.then(({ stderr }) => {
        if (!stderr.includes('Tracing pid')) throw new Error(`no trace: ${stderr}`);
      });
      await Promise.race([started.said('Tracing pid'), early]);
    },
    stop() {
      started.child.kill('SIGINT');
      return started.ended;
    },
  };
}

/** Samples allocate as fast as they can: the guard of the target's speed is off unless a test is about it. */
function unguarded(args: readonly string[]): readonly string[] {
  const traces = args[0]!.startsWith('-');
  return traces && !args.includes('--max-rate') ? ['--max-rate', '0', ...args] : args;
}

/** Traces, from before `work` begins until it is done. */
export async function traceWhile<T>(args: readonly string[], work: () => Promise<T>) {
  const trace = startTrace(args);
  await trace.begun();
  const result = await work();
  return { at: trace.at, result, ended: await trace.stop() };
}

/** Runs memstacks to its end. */
export function runMemstacks(args: readonly string[], at = new Workplace()): Promise<Ended> {
  return startTrace(args, at).ended;
}

export function captureIn(at: Workplace, name = 'x.capture'): Promise<Capture> {
  return readCapture(createReadStream(at.path(name)));
}

/** A stack by the names of its frames, root first. */
export interface NamedStack {
  readonly names: readonly string[];
  readonly bytes: number;
  readonly calls: number;
}

export function stacksOf(capture: Capture, view: HeapView): NamedStack[] {
  const profile = foldHeap(capture, view);
  const [bytes, calls] = profile.columns;
  return Array.from(profile.parent.keys())
    .filter((node) => calls!.self[node]! > 0)
    .map((node) => ({
      names: stackOf(profile, node).map(({ name }) => name),
      bytes: bytes!.self[node]!,
      calls: calls!.self[node]!,
    }));
}

export function weigh(stacks: readonly NamedStack[]): Pair {
  let sum: Pair = [0, 0];
  for (const { bytes, calls } of stacks) sum = [sum[0] + bytes, sum[1] + calls];
  return sum;
}

/** Who called the allocator. */
export function directCaller({ names }: NamedStack): string {
  return names.at(-2) ?? '';
}

/** Weights of the stacks by what `keyOf` makes of them. */
export function weighBy(
  stacks: readonly NamedStack[],
  keyOf: (stack: NamedStack) => string,
): Record<string, Pair> {
  const weights: Record<string, Pair> = {};
  for (const stack of stacks) {
    const [bytes, calls] = weights[keyOf(stack)] ?? [0, 0];
    weights[keyOf(stack)] = [bytes + stack.bytes, calls + stack.calls];
  }
  return weights;
}

/** Collapsed stacks of a trace, by the names of their frames; `calls` is not known and 0. */
export function foldedStacks(text: string): NamedStack[] {
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => {
    const blank = line.lastIndexOf(' ');
    return {
      names: line.slice(0, blank).split(';'),
      bytes: Number(line.slice(blank + 1)),
      calls: 0,
    };
  });
}

import { expect } from 'vitest';
import type { HeapView } from '../../src/fold/heap-weight.ts';
import { type Pair, sampleFile, startProgram, type Truth, truthOf } from './sample.ts';
import { captureIn, type NamedStack, stacksOf, traceWhile, weighBy } from './tracing.ts';

/** A sample that knows its own truth, and how it is started. */
export interface Teller {
  readonly program: string;
  readonly args?: readonly string[];
  /** A library that serves malloc in it instead of its own. */
  readonly preload?: string;
}

/** Traces all of them at once, from before each begins until the last has said its truth. */
export async function traceTellers(tellers: readonly Teller[], options: readonly string[]) {
  const samples = tellers.map(({ program, args = [], preload = '' }) =>
    startProgram('/usr/bin/env', [`LD_PRELOAD=${preload}`, sampleFile(program), ...args]),
  );
  for (const sample of samples) expect(await sample.line()).toBe('ready');
  const pids = samples.map(({ pid }) => pid);
  const {
    at,
    result: truths,
    ended,
  } = await traceWhile(['-p', pids.join(','), '-o', 'x.capture', ...options], async () => {
    const said: Truth[] = [];
    for (const sample of samples) {
      sample.tell();
      said.push(await truthOf(sample));
    }
    return said;
  });
  return { pids, truths, capture: await captureIn(at), ended };
}

export type Traced = Awaited<ReturnType<typeof traceTellers>>;

/** The stacks of one process, by its place among the tellers. */
export function stacksOfTeller({ pids, capture }: Traced, i: number, view: HeapView) {
  const stacks = stacksOf(capture, view);
  if (pids.length === 1) return stacks;
  return stacks.filter(({ names }) => names[0]!.endsWith(`-${pids[i]}`));
}

/** What each site allocated, whatever stands between it and the allocator. */
export function sitesIn(stacks: readonly NamedStack[], { sites }: Truth): Record<string, Pair> {
  const siteOf = ({ names }: NamedStack) => names.find((name) => name in sites);
  return weighBy(
    stacks.filter((stack) => siteOf(stack) !== undefined),
    (stack) => siteOf(stack)!,
  );
}

import { expect } from 'vitest';
import type { Capture } from '../../src/capture.ts';
import type { HeapView } from '../../src/fold/heap-weight.ts';
import type { Omission } from '../../src/omission.ts';
import type { Pair, Truth } from './sample.ts';
import { directCaller, type NamedStack, stacksOf, weighBy } from './tracing.ts';

const views = ['all', 'unfreed'] as const;

/** Every site of the truth has been traced exactly, all and unfreed, and no site more. */
export function expectSites(capture: Capture, truth: Truth): void {
  for (const view of views)
    expect([view, tracedSites(stacksOf(capture, view), truth)]).toEqual([
      view,
      shownSites(truth.sites, view),
    ]);
}

/** What the sites called the allocator for themselves. */
export function tracedSites(stacks: readonly NamedStack[], truth: Truth): Record<string, Pair> {
  return weighBy(
    stacks.filter((stack) => directCaller(stack) in truth.sites),
    directCaller,
  );
}

/** Sites that have anything: a trace must not show the others. */
export function shownSites(sites: Truth['sites'], view: HeapView): Record<string, Pair> {
  const weights = Object.entries(sites).map(([name, site]) => [name, site[view]] as const);
  return Object.fromEntries(weights.filter(([, [, calls]]) => calls > 0));
}

/** Calls of an omission of that reason; 0 where there is none. */
export function callsOf(omissions: readonly Omission[], reason: string): number {
  return omissions.find((omission) => omission.reason === reason)?.calls ?? 0;
}

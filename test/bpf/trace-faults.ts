import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { expect } from 'vitest';
import { Workplace } from '../cli/program.ts';
import { collectWhile } from './collector.ts';
import {
  countedPages,
  grownPages,
  type PageTruth,
  pagesBySite,
  pageTruthOf,
  residentPages,
  rssPages,
} from './fault-pages.ts';
import { namesOf, type RawCapture } from './raw-capture.ts';
import { type Sample, startSample } from './sample.ts';

/** Of a file so many pages may be another stack's, that faulted near them. */
const AROUND = 16;

/** Makes the file that faults.c maps, all of it in memory. */
export function dataFile(): string {
  const at = new Workplace();
  writeFileSync(at.path('data'), randomBytes(70 * 4096));
  return at.path('data');
}

export function startFaults(): Promise<Sample> {
  return startSample('faults', dataFile());
}

export async function traceFaults(options: readonly string[] = []) {
  const sample = await startFaults();
  const { capture, result } = await collectWhile(
    ['--faults', ...options, '-p', `${sample.pid}`],
    () => {
      sample.tell();
      return pageTruthOf(sample);
    },
  );
  await sample.end();
  return { truth: result, capture };
}

export function expectSites(truth: PageTruth, capture: RawCapture, process = 0): void {
  const found = pagesBySite(capture, grownPages(capture, process));
  for (const [site, { kind, pages }] of Object.entries(truth.sites)) {
    const got = found.get(site)?.[kind] ?? 0;
    if (kind === 'file') expect(Math.abs(got - pages)).toBeLessThanOrEqual(AROUND);
    else expect([site, got]).toEqual([site, pages]);
  }
  expect(found.get('nobody')?.anon ?? 0).toBe(truth.nobody);
}

/** What the page table has is what the kernel counts, at both ends. */
export function expectRss(capture: RawCapture, process = 0): void {
  const { rss } = capture.processes[process]!;
  const [start, end] = (['start', 'end'] as const).map((when) =>
    countedPages(residentPages(capture, process, when)),
  );
  expect(end).toBe(rssPages(rss!.after!));
  expect(Math.abs(start! - rssPages(rss!.before!))).toBeLessThanOrEqual(1);
}

/** Every fault is in a stack, and every stack goes to the start of its thread. */
export function expectStacks(capture: RawCapture): void {
  const { user, kernel } = capture.end.faults!;
  const faults = capture.stacks.reduce((sum, stack) => sum + stack.faults!, 0);
  expect(faults).toBe(user + kernel);
  for (const stack of capture.stacks) {
    const names = namesOf(capture, stack);
    if (!names.some((name) => name.startsWith('site_'))) continue;
    expect(names[0]).toMatch(/^(_start|_*clone3)$/);
  }
}

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { foldResident } from '../../src/fold/resident.ts';
import { type Profile, totals } from '../../src/profile.ts';
import { pageKinds } from '../../src/residency.ts';
import { type Fault, faultCapture, type PagesFields, type Run } from './fault-captures.ts';

const whats = ['anon', 'file', 'shmem', 'swapped', 'zero', 'huge', 'hugeFile'] as const;
type What = (typeof whats)[number];

/** Runs with gaps between them, over three huge pages or so. */
function runsOf<T>(value: fc.Arbitrary<T>): fc.Arbitrary<[number, number, T][]> {
  const run = fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 90 }), value);
  return fc.array(run, { maxLength: 25 }).map((list) => {
    let end = 0;
    return list.map(([gap, count, each]) => {
      const first = end + gap;
      end = first + count;
      return [first, count, each];
    });
  });
}

const pages: fc.Arbitrary<PagesFields> = fc.record({
  before: runsOf(fc.constantFrom(...whats)),
  after: runsOf(fc.constantFrom(...whats)),
  faulted: runsOf(
    fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('read', 'write', 'copy')),
  ).map((list) =>
    list.map(([first, count, [by, how]]): Fault => [first, count, by, how as 'read']),
  ),
  mappings: runsOf(fc.constantFrom('anon', 'file', 'shmem')),
});

/** Page by page, as slowly and plainly as can be. */
function byPage(runs: readonly Run<What>[]): Map<number, What> {
  const found = new Map<number, What>();
  for (const [first, count, what] of runs)
    for (let page = first; page < first + count; page++) found.set(page, what);
  return found;
}

function isResident(what: What | undefined): boolean {
  return what !== undefined && what !== 'swapped' && what !== 'zero';
}

function total(profile: Profile): number {
  return totals(profile, profile.columns[0]!)[0]!;
}

it('adds up to the page, whatever the pages are', () => {
  fc.assert(
    fc.property(pages, fc.subarray([...pageKinds], { minLength: 1 }), (fields, kinds) => {
      const profile = foldResident(faultCapture(fields), { kinds });
      const sums = profile.meta.residency![0]!;
      const { before, after, explained, withoutFault, freed, swappedOut } = sums;
      expect(after - before).toBe(explained + withoutFault - freed - swappedOut);
      expect(total(profile)).toBe(explained + withoutFault);
    }),
    { numRuns: 2000 },
  );
});

it('says of every page what a look at it alone says', () => {
  fc.assert(
    fc.property(pages, (fields) => {
      const before = byPage(fields.before!);
      const after = byPage(fields.after!);
      const faulted = new Map<number, Fault>();
      for (const fault of fields.faulted!)
        for (let page = fault[0]; page < fault[0] + fault[1]; page++) faulted.set(page, fault);
      const all = [...Array(25 * 130).keys()];
      const was = (page: number) => isResident(before.get(page));
      const is = (page: number) => isResident(after.get(page));
      const number = (test: (page: number) => boolean) => all.filter(test).length;
      const how = (page: number) => faulted.get(page)?.[3];
      const sums = foldResident(faultCapture(fields)).meta.residency![0]!;
      expect(sums).toMatchObject({
        before: number(was),
        after: number(is),
        freed: number((page) => was(page) && !is(page) && after.get(page) !== 'swapped'),
        swappedOut: number((page) => was(page) && after.get(page) === 'swapped'),
        copied: number((page) => was(page) && is(page) && how(page) === 'copy'),
        again: number((page) => was(page) && is(page) && faulted.has(page) && how(page) !== 'copy'),
        swapped: number((page) => faulted.has(page) && after.get(page) === 'swapped'),
        zero: number((page) => faulted.has(page) && after.get(page) === 'zero'),
        released: number((page) => faulted.has(page) && !after.has(page)),
      });
      const own = number((page) => is(page) && !was(page) && faulted.has(page));
      expect(sums.explained).toBeGreaterThanOrEqual(own);
    }),
    { numRuns: 500 },
  );
});

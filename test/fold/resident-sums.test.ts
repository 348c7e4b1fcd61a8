import fc from 'fast-check';
import { expect, it } from 'vitest';
import { foldResident, withoutFaultFrame } from '../../src/fold/resident.ts';
import { pageKinds } from '../../src/profile/residency.ts';
import { type Profile, stackOf, totals } from '../../src/profile.ts';
import { type Fault, faultCapture, type PagesFields, type Run } from './fault-captures.ts';

const whats = ['anon', 'file', 'shmem', 'swapped', 'zero', 'huge', 'hugeFile', 'split'] as const;
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

/** By function, what a look from each page for a fault near it gives. */
function byNearestFault(fields: PagesFields): Record<string, number> {
  const before = byPage(fields.before!);
  const after = byPage(fields.after!);
  const faulted = new Map<number, Fault>();
  const mappings = new Map<number, readonly number[]>();
  for (const fault of fields.faulted!)
    for (let page = fault[0]; page < fault[0] + fault[1]; page++) faulted.set(page, fault);
  for (const [first, count] of fields.mappings!) {
    const mapping = [first];
    for (let page = first; page < first + count; page++) mappings.set(page, mapping);
  }
  const isSplit = (page: number) => after.get(page) === 'split';
  const isHuge = (page: number) => /^huge/.test(after.get(page) ?? '') || isSplit(page);
  const isFile = (page: number) => /^(file|shmem|hugeFile)$/.test(after.get(page) ?? '');
  const between = (a: number, b: number) =>
    Array.from({ length: Math.abs(a - b) + 1 }, (_, i) => Math.min(a, b) + i);
  const reaches = (page: number, fault: number) => {
    const sameBlock = Math.floor(page / 512) === Math.floor(fault / 512);
    if (isHuge(page)) return sameBlock;
    const mapping = mappings.get(page);
    if (!isFile(page) || !mapping || mapping !== mappings.get(fault)) return false;
    if (!sameBlock) return false;
    if (between(page, fault).every(isFile)) return true;
    const start = Math.max(mapping[0]!, fault - (fault % 16));
    return page >= start && page < start + 16;
  };
  const brings = (page: number, fault: number) =>
    faulted.has(fault) &&
    (isHuge(page) || faulted.get(fault)![3] !== 'copy') &&
    !(isSplit(page) && after.has(fault) && !isSplit(fault));
  const nearest = (page: number, step: 1 | -1) => {
    for (let at = page + step; Math.abs(at - page) <= 512; at += step)
      if (brings(page, at)) return reaches(page, at) ? faulted.get(at)![2] : undefined;
    return undefined;
  };
  const found: Record<string, number> = {};
  for (const page of after.keys()) {
    if (!isResident(after.get(page)) || isResident(before.get(page))) continue;
    const by = faulted.get(page)?.[2] ?? nearest(page, -1) ?? nearest(page, 1) ?? 'none';
    found[by] = (found[by] ?? 0) + 1;
  }
  return found;
}

it('gives every page to the fault that a look around it finds', () => {
  fc.assert(
    fc.property(pages, (fields) => {
      const profile = foldResident(faultCapture(fields));
      const shown = Object.fromEntries(
        Array.from(profile.columns[0]!.self.entries())
          .filter(([, count]) => count > 0)
          .map(([node, count]) => [stackOf(profile, node).at(-1)!.name, count]),
      );
      const { none, ...expected } = byNearestFault(fields);
      expect(shown).toEqual({ ...expected, ...(none && { [withoutFaultFrame]: none }) });
    }),
    { numRuns: 1000 },
  );
});

import { describe, expect, it } from 'vitest';
import { framesOf, PathTable } from '../../src/capture/paths.ts';
import { originOf } from '../../src/capture/walked-stack.ts';
import type { Capture } from '../../src/capture.ts';
import { writeCollapsed } from '../../src/collapsed.ts';
import { UserError } from '../../src/errors.ts';
import { foldResident, type ResidentChoice } from '../../src/fold/resident.ts';
import { residencyNotes } from '../../src/profile/residency.ts';
import { textOf } from '../text-of.ts';
import { captureOf } from './captures.ts';
import { faultCapture, type PagesFields, pagesBy } from './fault-captures.ts';

function residencyOf(fields: PagesFields, choice: ResidentChoice = {}) {
  return foldResident(faultCapture(fields), choice).meta.residency![0]!;
}

describe('foldResident: what counts', () => {
  it('gives pages that are still there to who touched them first', () => {
    const fields: PagesFields = {
      faulted: [
        [100, 10, 'a'],
        [110, 5, 'b', 'read'],
        [200, 3, 'a'],
      ],
      after: [
        [100, 15, 'anon'],
        [200, 3, 'anon'],
      ],
    };
    expect(pagesBy(fields)).toEqual({ a: 13, b: 5 });
    expect(pagesBy(fields, { bytes: true })).toEqual({ a: 13 * 4096, b: 5 * 4096 });
  });

  it('leaves out what was unmapped, dropped, swapped out, or is the page of zeros', () => {
    const fields: PagesFields = {
      mappings: [[100, 30, 'anon']],
      faulted: [
        [50, 7, 'unmapped'],
        [100, 30, 'a'],
      ],
      after: [
        [105, 10, 'anon'],
        [115, 4, 'swapped'],
        [119, 3, 'zero'],
      ],
    };
    expect(pagesBy(fields)).toEqual({ a: 10 });
    expect(residencyOf(fields)).toMatchObject({ swapped: 4, zero: 3, released: 7 + 5 + 8 });
  });

  it('does not count what was resident before, whatever happened to it meanwhile', () => {
    const fields: PagesFields = {
      before: [
        [100, 10, 'anon'],
        [110, 10, 'zero'],
        [120, 10, 'swapped'],
      ],
      faulted: [
        [100, 2, 'again'],
        [102, 3, 'forked', 'copy'],
        [110, 4, 'overZero', 'copy'],
        [120, 5, 'swappedIn', 'read'],
      ],
      after: [
        [100, 14, 'anon'],
        [114, 6, 'zero'],
        [120, 5, 'anon'],
        [125, 5, 'swapped'],
      ],
    };
    expect(pagesBy(fields)).toEqual({ overZero: 4, swappedIn: 5 });
    expect(residencyOf(fields)).toMatchObject({ before: 10, after: 19, again: 2, copied: 3 });
  });

  it('has one frame for what came without a fault', () => {
    const fields: PagesFields = { after: [[100, 64, 'anon']], faulted: [[10, 1, 'a']] };
    expect(pagesBy(fields)).toEqual({ none: 64 });
  });

  it('counts what is gone: freed or swapped out', () => {
    const fields: PagesFields = {
      before: [[100, 20, 'anon']],
      after: [
        [100, 5, 'anon'],
        [105, 8, 'swapped'],
      ],
    };
    expect(residencyOf(fields)).toMatchObject({ before: 20, after: 5, freed: 7, swappedOut: 8 });
    expect(residencyNotes(residencyOf(fields))).toEqual([
      'server (pid 1234): resident memory shrank by 60.0 KiB (15 pages): ' +
        'less 28.0 KiB (7 pages) freed meanwhile, less 32.0 KiB (8 pages) swapped out',
    ]);
  });
});

describe('foldResident: kinds of pages', () => {
  const fields: PagesFields = {
    mappings: [
      [100, 10, 'anon'],
      [200, 10, 'file'],
      [300, 10, 'shmem'],
    ],
    before: [
      [200, 2, 'file'],
      [400, 3, 'shmem'],
    ],
    faulted: [
      [100, 10, 'a'],
      [200, 1, 'b', 'copy'],
      [202, 5, 'b', 'read'],
      [300, 4, 'c'],
    ],
    after: [
      [100, 10, 'anon'],
      [200, 1, 'anon'],
      [201, 6, 'file'],
      [300, 4, 'file'],
    ],
    rss: {
      before: { anon: 0, file: 8192, shmem: 12288, swap: 0 },
      after: { anon: 45056, file: 24576, shmem: 16384, swap: 0 },
    },
  };

  it.each([
    [undefined, { a: 10, b: 5, c: 4 }, { before: 5, after: 21, freed: 3, copied: 1 }],
    [['anon'], { a: 10, b: 1 }, { before: 0, after: 11, freed: 0, copied: 0 }],
    [['file'], { b: 5 }, { before: 2, after: 6, freed: 1, copied: 0 }],
    [['shmem'], { c: 4 }, { before: 3, after: 4, freed: 3, copied: 0 }],
    [['anon', 'shmem'], { a: 10, b: 1, c: 4 }, { before: 3, after: 15, freed: 3, copied: 0 }],
  ] as const)('%s', (kinds, pages, sums) => {
    const choice = kinds ? { kinds } : {};
    expect(pagesBy(fields, choice)).toEqual(pages);
    const residency = residencyOf(fields, choice);
    expect(residency).toMatchObject(sums);
    expect(residency.rss!.before).toBe(residency.before * 4096);
    expect(residency.rss!.after).toBe(residency.after * 4096);
  });

  it('says which', () => {
    const meta = (choice: ResidentChoice) => foldResident(faultCapture(fields), choice).meta;
    expect(meta({ kinds: ['anon', 'shmem'] }).filters).toEqual(['anonymous memory, shared memory']);
    expect(meta({}).filters).toEqual([]);
  });
});

describe('foldResident: where the page table could not be read', () => {
  it('counts what is still mapped, and says that it is an upper bound', () => {
    const fields: PagesFields = {
      pagemap: false,
      mappings: [
        [100, 10, 'anon'],
        [200, 10, 'file'],
        [300, 10, 'hugetlb'],
      ],
      faulted: [
        [50, 5, 'unmapped'],
        [95, 10, 'a'],
        [200, 2, 'b', 'read'],
        [202, 2, 'c'],
        [300, 1, 'd'],
      ],
    };
    expect(pagesBy(fields)).toEqual({ a: 5, b: 2, c: 2 });
    expect(pagesBy(fields, { kinds: ['anon'] })).toEqual({ a: 5, c: 2 });
    expect(foldResident(faultCapture(fields)).meta.notes![0]).toMatch(
      /^server \(pid 1234\): an upper bound/,
    );
  });
});

describe('foldResident: processes', () => {
  const rss = { anon: 40960, file: 0, shmem: 0, swap: 0 };

  it('keeps several apart, each with its sums', () => {
    const one = faultCapture({ faulted: [[100, 3, 'a']], after: [[100, 3, 'anon']] });
    const two = faultCapture({
      before: [[500, 2, 'anon']],
      faulted: [[100, 4, 'a']],
      after: [
        [100, 4, 'anon'],
        [900, 5, 'anon'],
      ],
    });
    const [stack] = one.faults!.stacks;
    const frames = framesOf(one.paths, stack!.path);
    const table = new PathTable();
    const stacks = [0, 1].map((process) => {
      const path = table.enter(originOf(process, undefined), frames);
      return { ...stack!, process, path };
    });
    const second = two.faults!.processes[0]!;
    second.faulted.stack.fill(1);
    const capture: Capture = {
      ...one,
      paths: table.paths(),
      processes: [one.processes[0]!, { ...two.processes[0]!, pid: 9 }],
      faults: {
        source: 'perf',
        stacks,
        processes: [one.faults!.processes[0]!, second],
      },
    };
    const profile = foldResident(capture);
    expect(textOf(writeCollapsed(profile))).toBe(
      'server-1234;main;a 3\nserver-9;[resident without a fault] 5\nserver-9;main;a 4\n',
    );
    const sums = profile.meta.residency!.map(({ before, after }) => [before, after]);
    expect(sums).toEqual([
      [0, 3],
      [2, 9],
    ]);
  });

  it('says which has ended, and leaves out what could not be read of it', () => {
    const ended = foldResident(faultCapture({ faulted: [[1, 1, 'a']], rss: { before: rss } }));
    expect(ended.meta.notes).toEqual(['server (pid 1234) has ended, so nothing of it is resident']);
    expect(ended.meta.residency![0]!.rss).toEqual({ before: 40960 });
    expect(residencyOf({ rss: {} })).not.toHaveProperty('rss');
  });
});

describe('foldResident: refusals', () => {
  it.each([
    [captureOf({ stacks: [] }), {}, 'has no page faults'],
    [{ ...faultCapture({}), truncated: true }, {}, 'cut short'],
    [faultCapture({}), { hideAllocator: true }, '--hide-allocator'],
  ])('case %#', (capture, choice, message) => {
    const fold = () => foldResident(capture, choice);
    expect(fold).toThrow(UserError);
    expect(fold).toThrow(message);
  });
});

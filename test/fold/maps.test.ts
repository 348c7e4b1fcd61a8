import { describe, expect, test } from 'vitest';
import { framesOf, PathTable } from '../../src/capture/paths.ts';
import { originOf } from '../../src/capture/walked-stack.ts';
import type { Capture, MapStack } from '../../src/capture.ts';
import { writeCollapsed } from '../../src/collapsed.ts';
import { foldHeap } from '../../src/fold/heap.ts';
import { foldMaps, foldMemory } from '../../src/fold/maps.ts';
import { type Profile, sumOf } from '../../src/profile.ts';
import { textOf } from '../text-of.ts';
import { captureOf } from './captures.ts';

const none = { bytes: 0, calls: 0 };

/** main called malloc, mmap, and mmap for what was unmapped again: frames 0 to 3. */
function mixed(fields: Partial<Capture> = {}): Capture {
  const capture = captureOf({
    header: { mmap: true },
    stacks: [{ frames: ['main@/bin/x', 'malloc@/lib/libc.so.6'] }],
  });
  const frames = [
    ...capture.frames,
    { kind: 'function' as const, name: 'mmap', module: 1 },
    { kind: 'function' as const, name: 'reserve', module: 0 },
  ];
  return { ...withMaps({ ...capture, frames }, 0), ...fields };
}

/** Its stacks of mappings in a process. */
function withMaps(capture: Capture, process: number): Capture {
  const table = new PathTable();
  const [heap] = capture.stacks;
  table.enter(originOf(0, undefined), framesOf(capture.paths, heap!.path));
  const maps: MapStack[] = [
    {
      process,
      path: table.enter(originOf(process, undefined), [0, 2]),
      mmap: { bytes: 8192, calls: 2 },
      munmapped: { bytes: 4096, calls: 1 },
      mapped: { bytes: 4096, calls: 1 },
    },
    {
      process,
      path: table.enter(originOf(process, 'cut'), [0, 3, 2]),
      mmap: { bytes: 12288, calls: 1 },
      munmapped: { bytes: 12288, calls: 1 },
      mapped: none,
      walkEnd: 'cut',
    },
  ];
  return { ...capture, paths: table.paths(), maps };
}

function folded(profile: Parameters<typeof writeCollapsed>[0]): string[] {
  return textOf(writeCollapsed(profile)).trimEnd().split('\n');
}

test('a view of its own: all that was mapped, or what was not unmapped', () => {
  expect(folded(foldMaps(mixed(), 'mmap'))).toEqual([
    '[cut at 127 frames];main;reserve;mmap 12288',
    'main;mmap 8192',
  ]);
  const mapped = foldMaps(mixed(), 'mapped');
  expect(folded(mapped)).toEqual(['main;mmap 4096']);
  expect(mapped.meta.view).toBe('mapped');
  expect(mapped.columns.map(({ name, unit }) => [name, unit])).toEqual([
    ['mapped_space', 'bytes'],
    ['mapped_calls', 'count'],
  ]);
});

test('with the heap: under a root frame, so that nobody takes one for the other', () => {
  const profile = foldMemory(mixed(), 'unfreed');
  expect(folded(profile)).toEqual(['[mmap];main;mmap 4096', 'main;malloc 100']);
  expect(profile.meta.view).toBe('unfreed_and_mapped');
  expect(folded(foldMemory(mixed(), 'all'))).toEqual([
    '[mmap];[cut at 127 frames];main;reserve;mmap 12288',
    '[mmap];main;mmap 8192',
    'main;malloc 100',
  ]);
  expect(profile.meta.stacks!.total).toEqual({ bytes: 4196, calls: 2 });
});

test('the views of the heap do not contain it', () => {
  for (const view of ['all', 'unfreed'] as const)
    expect(sumOf(foldHeap(mixed(), view).columns[0]!)).toBe(100);
});

test('several processes: below the frame of its process', () => {
  const one = mixed();
  const processes = [one.processes[0]!, { ...one.processes[0]!, pid: 7, name: 'child' }];
  const profile = foldMemory({ ...withMaps(one, 1), processes }, 'unfreed');
  expect(folded(profile)).toEqual(['child-7;[mmap];main;mmap 4096', 'server-1234;main;malloc 100']);
});

test('omissions go with what they concern', () => {
  const reasons = ['younger', 'exec', 'exec_mapped', 'allocator_mapped'];
  const end = {
    alloc: none,
    maps: { mmap: none, munmapped: none, mapped: none },
    lost: [
      { reason: 'map_events', calls: 1 },
      { reason: 'abandoned', calls: 1 },
    ],
    filtered: reasons.map((reason) => ({ reason, calls: 1 })),
    notes: [],
  };
  const capture = mixed({ end, truncated: false });
  const said = ({
    meta,
  }: {
    meta: { lost?: readonly { reason: string }[]; filtered?: readonly { reason: string }[] };
  }) => [...meta.filtered!, ...meta.lost!].map(({ reason }) => reason);
  expect(said(foldMaps(capture, 'mmap'))).toEqual(['allocator_mapped', 'map_events']);
  expect(said(foldMaps(capture, 'mapped'))).toEqual([
    'exec_mapped',
    'allocator_mapped',
    'map_events',
  ]);
  expect(said(foldHeap(capture, 'unfreed'))).toEqual(['younger', 'exec', 'abandoned']);
  expect(said(foldMemory(capture, 'unfreed'))).toEqual([...reasons, 'abandoned', 'map_events']);
});

test('a capture without says what to do', () => {
  const capture = captureOf({ stacks: [{ frames: ['main@/bin/x'] }] });
  expect(() => foldMaps(capture, 'mapped')).toThrow('no view "mapped": trace again with --mmap');
  expect(foldMemory(capture, 'unfreed').meta.view).toBe('unfreed');
});

describe('a capture with snapshots', () => {
  /** What was unmapped again was there at the first of them. */
  function growing(capture = mixed()): Capture {
    const [page, more, nothing] = [4096, 12288, 0].map((bytes) => ({ bytes, calls: 1 }));
    const [kept, gone] = capture.maps!;
    return {
      ...capture,
      header: { ...capture.header, snapshots: [1000, 2000] },
      stacks: [...capture.stacks].map((stack) => ({ ...stack, unfreedAt: [nothing!, page!] })),
      maps: [
        { ...kept!, mappedAt: [nothing!, page!] },
        { ...gone!, mappedAt: [more!, nothing!] },
      ],
    };
  }

  function columnsOf(profile: Profile): Record<string, number> {
    return Object.fromEntries(profile.columns.map((column) => [column.name, sumOf(column)]));
  }

  test('has columns for them, of what is mapped alone and of everything', () => {
    const mapped = foldMaps(growing(), 'mapped');
    expect(mapped.meta.snapshots).toEqual([1000, 2000]);
    expect(columnsOf(mapped)).toEqual({
      mapped_space: 4096,
      mapped_calls: 1,
      mapped_space_1: 12288,
      mapped_space_2: 4096,
    });
    const everything = foldMemory(growing(), 'unfreed');
    expect(everything.meta.snapshots).toEqual([1000, 2000]);
    expect(columnsOf(everything)).toEqual({
      inuse_space: 4196,
      inuse_objects: 2,
      inuse_space_1: 12288,
      inuse_space_2: 8192,
    });
    expect(everything.meta.notes).toEqual(foldHeap(growing(), 'unfreed').meta.notes);
  });

  test('has none where what was unmapped counts, too', () => {
    for (const profile of [foldMaps(growing(), 'mmap'), foldMemory(growing(), 'all')]) {
      expect(profile.meta).not.toHaveProperty('snapshots');
      expect(profile.columns).toHaveLength(2);
    }
  });

  test('that did not note mappings says so, and shows how allocations grew', () => {
    const { maps: _, ...header } = growing();
    const older = { ...header, maps: mixed().maps! };
    const note =
      'how mappings grew was not noted: --view unfreed, without [mmap], shows how allocations did';
    const together = foldMemory(older, 'unfreed');
    expect(together.meta.notes).toContain(note);
    for (const profile of [together, foldMaps(older, 'mapped')]) {
      expect(profile.meta).not.toHaveProperty('snapshots');
      expect(profile.columns).toHaveLength(2);
    }
    expect(foldHeap(older, 'unfreed').meta.snapshots).toEqual([1000, 2000]);
    for (const profile of [foldMemory(older, 'all'), foldMemory(mixed(), 'unfreed')])
      expect(profile.meta.notes).not.toContain(note);
  });
});

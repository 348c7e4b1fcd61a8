import type { Weight } from '../capture/walked-stack.ts';
import type { Capture, MapStack } from '../capture.ts';
import { UserError } from '../errors.ts';
import type { Omission } from '../omission.ts';
import { ProfileBuilder } from '../profile/builder.ts';
import type { Metadata } from '../profile/metadata.ts';
import type { Profile } from '../profile.ts';
import { addHeap, foldHeap, heapColumns } from './heap.ts';
import { heapMetadata, notes } from './heap-metadata.ts';
import type { HeapView } from './heap-weight.ts';
import { runMetadata } from './run-metadata.ts';
import { qualityOf, type WeighedStack, weighedHeap } from './stack-quality.ts';
import { type FrameChoice, nodeOf, type StackTree, stackTree, treeBelow } from './stack-tree.ts';

/** What system calls mapped: all of it, or what was not unmapped. */
export type MapView = 'mmap' | 'mapped';

const mapColumns = {
  mmap: [
    { name: 'mmap_space', unit: 'bytes' },
    { name: 'mmap_calls', unit: 'count' },
  ],
  mapped: [
    { name: 'mapped_space', unit: 'bytes' },
    { name: 'mapped_calls', unit: 'count' },
  ],
} as const;

/** The stacks that mapped memory. Throws a UserError for a capture without. */
export function foldMaps(capture: Capture, view: MapView, choice: FrameChoice = {}): Profile {
  if (capture.maps === undefined)
    throw new UserError(`this capture has no view "${view}": trace again with --mmap`);
  const builder = new ProfileBuilder(mapColumns[view]);
  addMaps(stackTree(capture, builder, choice), capture.maps, view);
  return builder.build(mapMetadata(capture, view));
}

/**
 * What allocated and, where that was traced, what mapped memory besides, in one tree: the latter
 * under the frame `[mmap]`. Throws as foldHeap does.
 */
export function foldMemory(capture: Capture, view: HeapView, choice: FrameChoice = {}): Profile {
  if (capture.maps === undefined) return foldHeap(capture, view, choice);
  const builder = new ProfileBuilder(heapColumns[view]);
  const tree = stackTree(capture, builder, choice);
  addHeap(tree, view);
  const below = builder.frame({ name: '[mmap]' });
  addMaps(treeBelow(tree, below), capture.maps, besides[view]);
  return builder.build(memoryMetadata(capture, view));
}

/** What belongs to a view of the heap. */
const besides = { all: 'mmap', unfreed: 'mapped' } as const;
const together = { all: 'all_and_mmap', unfreed: 'unfreed_and_mapped' } as const;

function addMaps(tree: StackTree, stacks: readonly MapStack[], view: MapView): void {
  for (const stack of stacks) {
    const { bytes, calls } = stack[view];
    if (bytes === 0 && calls === 0) continue;
    const node = nodeOf(stack, tree);
    tree.builder.add(node, 0, bytes);
    tree.builder.add(node, 1, calls);
  }
}

/** Reasons of bpf/README.md that concern mappings. */
const ofMaps: ReadonlySet<string> = new Set([
  'map_events',
  'allocator_mapped',
  'stack_table_full',
  'stacks_cut',
]);

function mapMetadata(capture: Capture, view: MapView): Metadata {
  const concerns = ({ reason }: Omission) =>
    ofMaps.has(reason) || (view === 'mapped' && reason === 'exec_mapped');
  const stacks = qualityOf(capture, weighed(capture, view));
  return {
    view,
    ...runMetadata(capture),
    ...(capture.end && {
      filtered: capture.end.filtered.filter(concerns),
      lost: capture.end.lost.filter(concerns),
    }),
    ...(stacks && { stacks }),
    notes: notes(capture),
  };
}

function memoryMetadata(capture: Capture, view: HeapView): Metadata {
  const heap = heapMetadata(capture, view);
  const maps = mapMetadata(capture, besides[view]);
  const stacks = qualityOf(capture, allWeighed(capture, view));
  return {
    ...heap,
    view: together[view],
    filtered: merged(heap.filtered, maps.filtered),
    lost: merged(heap.lost, maps.lost),
    ...(stacks && { stacks }),
    notes: [...(heap.notes ?? []), ...growthNote(capture, view)],
  };
}

/** Only of allocations is it known how much there was at each of the snapshots. */
function growthNote({ header }: Capture, view: HeapView): string[] {
  if (view !== 'unfreed' || header.snapshots === undefined) return [];
  return ['--interval is about allocations: --view unfreed, without [mmap], shows how they grew'];
}

function* allWeighed(capture: Capture, view: HeapView): Generator<WeighedStack> {
  yield* weighedHeap(capture, view);
  yield* weighed(capture, besides[view]);
}

function weighed({ maps = [] }: Capture, view: MapView): WeighedStack[] {
  return maps.map((stack): { stack: MapStack; weight: Weight } => ({ stack, weight: stack[view] }));
}

function merged(left: readonly Omission[] = [], right: readonly Omission[] = []): Omission[] {
  const known = new Set(left.map(({ reason }) => reason));
  return [...left, ...right.filter(({ reason }) => !known.has(reason))];
}

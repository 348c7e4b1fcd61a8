import type { Weight } from '../capture/walked-stack.ts';
import type { Capture, MapStack } from '../capture.ts';
import { UserError } from '../errors.ts';
import type { Omission } from '../omission.ts';
import { ProfileBuilder } from '../profile/builder.ts';
import type { Metadata } from '../profile/metadata.ts';
import { snapshotColumns } from '../profile/steadiness.ts';
import type { Profile } from '../profile.ts';
import { addHeap, addWeights, foldHeap, heapColumns } from './heap.ts';
import { heapMetadata, missedSnapshots, notes } from './heap-metadata.ts';
import type { HeapView } from './heap-weight.ts';
import { runMetadata } from './run-metadata.ts';
import { qualityOf, type WeighedStack, weighedHeap } from './stack-quality.ts';
import { type FrameChoice, type StackTree, stackTree, treeBelow } from './stack-tree.ts';

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
  const snapshots = growthTimes(capture, view);
  const columns = mapColumns[view];
  const builder = new ProfileBuilder([...columns, ...snapshotColumns(columns[0], snapshots)]);
  addMaps(stackTree(capture, builder, choice), view, snapshots);
  return builder.build({ ...mapMetadata(capture, view), ...(snapshots && { snapshots }) });
}

/**
 * What allocated and, where that was traced, what mapped memory besides, in one tree: the latter
 * under the frame `[mmap]`. Throws as foldHeap does.
 */
export function foldMemory(capture: Capture, view: HeapView, choice: FrameChoice = {}): Profile {
  if (capture.maps === undefined) return foldHeap(capture, view, choice);
  const snapshots = growthTimes(capture, besides[view]);
  const columns = heapColumns[view];
  const builder = new ProfileBuilder([...columns, ...snapshotColumns(columns[0], snapshots)]);
  const tree = stackTree(capture, builder, choice);
  addHeap(tree, view, snapshots);
  const below = builder.frame({ name: '[mmap]' });
  addMaps(treeBelow(tree, below), besides[view], snapshots);
  return builder.build({ ...memoryMetadata(capture, view), ...(snapshots && { snapshots }) });
}

/** What belongs to a view of the heap. */
const besides = { all: 'mmap', unfreed: 'mapped' } as const;
const together = { all: 'all_and_mmap', unfreed: 'unfreed_and_mapped' } as const;

/** The snapshots that tell what was mapped; undefined where there are none. */
function growthTimes({ header, maps = [] }: Capture, view: MapView): readonly number[] | undefined {
  const isKnown = view === 'mapped' && maps.every(({ mappedAt }) => mappedAt !== undefined);
  return isKnown ? header.snapshots : undefined;
}

function addMaps(tree: StackTree, view: MapView, snapshots?: readonly number[]): void {
  for (const stack of tree.capture.maps ?? []) {
    const meanwhile = (snapshots && stack.mappedAt) ?? [];
    addWeights(stack, tree, [stack[view], ...meanwhile]);
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
    notes: [...notes(capture), ...(view === 'mapped' ? missedSnapshots(capture.header) : [])],
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

/** Captures of older versions have noted only how allocations went on. */
function growthNote(capture: Capture, view: HeapView): string[] {
  const { snapshots } = capture.header;
  if (view !== 'unfreed' || snapshots === undefined || growthTimes(capture, 'mapped')) return [];
  return [
    'how mappings grew was not noted: --view unfreed, without [mmap], shows how allocations did',
  ];
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

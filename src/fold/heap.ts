import type { Capture } from '../capture.ts';
import { UserError } from '../errors.ts';
import { ProfileBuilder } from '../profile/builder.ts';
import { snapshotColumn } from '../profile/steadiness.ts';
import type { Profile } from '../profile.ts';
import { heapMetadata } from './heap-metadata.ts';
import { type HeapView, weightIn } from './heap-weight.ts';
import { type FrameChoice, nodeOf, type StackTree, stackTree } from './stack-tree.ts';

/**
 * The stacks of a capture that have a weight in the view, in pprof's columns (bytes, then calls):
 * `alloc_space` and `alloc_objects`, or `inuse_space` and `inuse_objects`. Throws a UserError when
 * `unfreed` is asked of a capture without frees, and for one of page faults alone.
 */
export function foldHeap(capture: Capture, view: HeapView, choice: FrameChoice = {}): Profile {
  const { snapshots } = view === 'unfreed' ? capture.header : {};
  const builder = new ProfileBuilder([...heapColumns[view], ...snapshotColumns(snapshots)]);
  addHeap(stackTree(capture, builder, choice), view, snapshots);
  return builder.build({ ...heapMetadata(capture, view), ...(snapshots && { snapshots }) });
}

function snapshotColumns(snapshots: readonly number[] = []) {
  return snapshots.map((_, index) => ({ name: snapshotColumn(index), unit: 'bytes' as const }));
}

/** Adds the stacks to a tree of two columns, and one for each of the snapshots; throws likewise. */
export function addHeap(tree: StackTree, view: HeapView, snapshots?: readonly number[]): void {
  const { capture, builder } = tree;
  if (capture.header.mode === undefined)
    throw new UserError(
      `this capture is of page faults, so it has no view "${view}": use the view "resident"`,
    );
  if (view === 'unfreed' && capture.header.mode !== 'full')
    throw new UserError(
      'this capture has no frees, so it cannot tell what is unfreed: ' +
        'use the view "all", or trace again without --all',
    );
  for (const stack of capture.stacks) {
    const { bytes, calls } = weightIn(stack, view);
    // What was freed at last may have been there meanwhile.
    const meanwhile = (snapshots && stack.unfreedAt) ?? [];
    if (bytes === 0 && calls === 0 && meanwhile.every((weight) => weight.bytes === 0)) continue;
    const node = nodeOf(stack, tree);
    builder.add(node, 0, bytes);
    builder.add(node, 1, calls);
    for (const [index, weight] of meanwhile.entries()) builder.add(node, 2 + index, weight.bytes);
  }
}

/** pprof's names. */
export const heapColumns = {
  all: [
    { name: 'alloc_space', unit: 'bytes' },
    { name: 'alloc_objects', unit: 'count' },
  ],
  unfreed: [
    { name: 'inuse_space', unit: 'bytes' },
    { name: 'inuse_objects', unit: 'count' },
  ],
} as const;

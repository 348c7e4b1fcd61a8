import type { WalkedStack, Weight } from '../capture/walked-stack.ts';
import type { Capture } from '../capture.ts';
import { UserError } from '../errors.ts';
import { ProfileBuilder } from '../profile/builder.ts';
import { snapshotColumns } from '../profile/steadiness.ts';
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
  const columns = heapColumns[view];
  const builder = new ProfileBuilder([...columns, ...snapshotColumns(columns[0], snapshots)]);
  addHeap(stackTree(capture, builder, choice), view, snapshots);
  return builder.build({ ...heapMetadata(capture, view), ...(snapshots && { snapshots }) });
}

/** Adds the stacks to a tree of two columns, and one for each of the snapshots; throws likewise. */
export function addHeap(tree: StackTree, view: HeapView, snapshots?: readonly number[]): void {
  const { capture } = tree;
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
    const meanwhile = (snapshots && stack.unfreedAt) ?? [];
    addWeights(stack, tree, [weightIn(stack, view), ...meanwhile]);
  }
}

/**
 * Adds a stack to a tree of a column for bytes, one for calls, and one for the bytes at each of the snapshots. What is
 * not there at last may have been there meanwhile.
 */
export function addWeights(
  stack: WalkedStack,
  tree: StackTree,
  [last, ...meanwhile]: readonly [Weight, ...Weight[]],
): void {
  const { builder } = tree;
  if (last.bytes === 0 && last.calls === 0 && meanwhile.every(({ bytes }) => bytes === 0)) return;
  const node = nodeOf(stack, tree);
  builder.add(node, 0, last.bytes);
  builder.add(node, 1, last.calls);
  for (const [index, { bytes }] of meanwhile.entries()) builder.add(node, 2 + index, bytes);
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

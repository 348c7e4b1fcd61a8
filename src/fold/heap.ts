import type { Capture, CaptureStack } from '../capture.ts';
import { UserError } from '../errors.ts';
import type { FrameIndex, NodeIndex, Profile } from '../profile.ts';
import { ProfileBuilder } from '../profile-builder.ts';
import { type FramesOf, withoutAllocator } from './allocator-frames.ts';
import { namedFrames } from './frame-names.ts';
import { type HeapView, heapMetadata } from './heap-metadata.ts';
import { weightIn } from './heap-weight.ts';

/** What is made of the frames of a capture. */
export interface FrameChoice {
  /** Code without a name is shown by its address, every address a frame of its own. */
  readonly addresses?: boolean;
  /** The frames of the allocator at the leaf are left out. */
  readonly hideAllocator?: boolean;
}

/**
 * The stacks of a capture that have a weight in the view, in pprof's columns (bytes, then calls):
 * `alloc_space` and `alloc_objects`, or `inuse_space` and `inuse_objects`. Throws a UserError when
 * `unfreed` is asked of a capture without frees.
 */
export function foldHeap(capture: Capture, view: HeapView, choice: FrameChoice = {}): Profile {
  if (view === 'unfreed' && capture.header.mode !== 'full')
    throw new UserError(
      'this capture has no frees, so it cannot tell what is unfreed: ' +
        'use the view "all", or trace again without --all',
    );
  const builder = new ProfileBuilder(columns[view]);
  const tree = heapTree(capture, builder, choice);
  for (const stack of capture.stacks) {
    const { bytes, calls } = weightIn(stack, view);
    if (bytes === 0 && calls === 0) continue;
    const node = nodeOf(stack, tree);
    builder.add(node, 0, bytes);
    builder.add(node, 1, calls);
  }
  return builder.build(heapMetadata(capture, view));
}

const columns = {
  all: [
    { name: 'alloc_space', unit: 'bytes' },
    { name: 'alloc_objects', unit: 'count' },
  ],
  unfreed: [
    { name: 'inuse_space', unit: 'bytes' },
    { name: 'inuse_objects', unit: 'count' },
  ],
} as const;

interface HeapTree {
  readonly builder: ProfileBuilder;
  readonly capture: Capture;
  /** Of each frame of the capture. */
  readonly frames: readonly FrameIndex[];
  readonly framesOf: FramesOf;
  /** Runs of frames without a name are one frame. */
  readonly joined: boolean;
}

function heapTree(
  capture: Capture,
  builder: ProfileBuilder,
  { addresses = false, hideAllocator = false }: FrameChoice,
): HeapTree {
  return {
    builder,
    capture,
    frames: namedFrames(capture, addresses).map((frame) => builder.frame(frame)),
    framesOf: hideAllocator ? withoutAllocator(capture) : ({ frames }) => frames,
    joined: !addresses,
  };
}

/**
 * A run of calls inside a module without symbols is one frame: ten grey boxes of the same name on top
 * of each other say no more than one. Recursion of a named function stays as it is.
 */
function nodeOf(stack: CaptureStack, tree: HeapTree): NodeIndex {
  let node = rootOf(stack, tree);
  let unnamed = -1;
  for (const number of tree.framesOf(stack)) {
    const frame = tree.frames[number]!;
    if (frame === unnamed) continue;
    unnamed = tree.joined && tree.capture.frames[number]!.kind === 'offset' ? frame : -1;
    node = tree.builder.child(node, frame);
  }
  return node;
}

/** Where the stack's own frames begin: below its process when there are several, and below a cut. */
function rootOf(stack: CaptureStack, { builder, capture }: HeapTree): NodeIndex {
  let node = 0;
  if (capture.processes.length > 1) {
    const { name, pid } = capture.processes[stack.process]!;
    node = builder.child(node, builder.frame({ name: `${name}-${pid}` }));
  }
  if (stack.walkEnd !== 'cut') return node;
  const name = `[cut at ${capture.header.limits.maxFrames} frames]`;
  return builder.child(node, builder.frame({ name }));
}

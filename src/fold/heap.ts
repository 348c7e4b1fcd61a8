import type { Capture, CaptureFrame, CaptureStack, Weight } from '../capture.ts';
import { UserError } from '../errors.ts';
import type { Frame, FrameIndex, NodeIndex, Profile } from '../profile.ts';
import { ProfileBuilder } from '../profile-builder.ts';
import { type HeapView, heapMetadata } from './heap-metadata.ts';

/**
 * The stacks of a capture that have a weight in the view, in pprof's columns (bytes, then calls):
 * `alloc_space` and `alloc_objects`, or `inuse_space` and `inuse_objects`. Throws a UserError when
 * `unfreed` is asked of a capture without frees.
 */
export function foldHeap(capture: Capture, view: HeapView): Profile {
  if (view === 'unfreed' && capture.header.mode !== 'full')
    throw new UserError(
      'this capture has no frees, so it cannot tell what is unfreed: ' +
        'use the view "all", or trace again without --all',
    );
  const builder = new ProfileBuilder(columns[view]);
  const tree: HeapTree = { builder, capture, frames: internFrames(capture, builder) };
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
}

/** The reader has checked that a capture in mode `full` has `unfreed` everywhere. */
function weightIn(stack: CaptureStack, view: HeapView): Weight {
  return view === 'all' ? stack.alloc : stack.unfreed!;
}

/**
 * A run of calls inside a module without symbols is one frame: ten grey boxes of the same name on top
 * of each other say no more than one. Recursion of a named function stays as it is.
 */
function nodeOf(stack: CaptureStack, tree: HeapTree): NodeIndex {
  let node = rootOf(stack, tree);
  let unnamed = -1;
  for (const number of stack.frames) {
    const frame = tree.frames[number]!;
    if (frame === unnamed) continue;
    unnamed = tree.capture.frames[number]!.kind === 'offset' ? frame : -1;
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
  if (stack.end !== 'cut') return node;
  const name = `[cut at ${capture.header.limits.maxFrames} frames]`;
  return builder.child(node, builder.frame({ name }));
}

function internFrames(capture: Capture, builder: ProfileBuilder): FrameIndex[] {
  const modules = capture.modules.map(({ path }) => path.slice(path.lastIndexOf('/') + 1));
  return capture.frames.map((frame) => builder.frame(named(frame, modules)));
}

/**
 * How a frame is shown. Code without a symbol is named after its module, never after a neighbouring
 * symbol.
 */
function named(frame: CaptureFrame, modules: readonly string[]): Frame {
  switch (frame.kind) {
    case 'function':
      return frame.module === undefined
        ? { name: frame.name }
        : { name: frame.name, module: modules[frame.module]! };
    case 'offset':
      return { name: inBrackets(modules[frame.module]!), module: modules[frame.module]! };
    case 'address':
      return { name: '[unknown]' };
    case 'label':
      return { name: inBrackets(frame.label) };
  }
}

function inBrackets(text: string): string {
  return /^\[.*\]$/.test(text) ? text : `[${text}]`;
}

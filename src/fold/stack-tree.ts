import type { WalkedStack } from '../capture/walked-stack.ts';
import type { Capture } from '../capture.ts';
import type { ProfileBuilder } from '../profile/builder.ts';
import type { FrameIndex, NodeIndex } from '../profile.ts';
import { type FramesOf, withoutAllocator } from './allocator-frames.ts';
import { namedFrames } from './frame-names.ts';

/** What is made of the frames of a capture. */
export interface FrameChoice {
  /** Code without a name is shown by its address, every address a frame of its own. */
  readonly addresses?: boolean;
  /** The frames of the allocator at the leaf are left out. */
  readonly hideAllocator?: boolean;
}

/** Where the stacks of a capture go in a profile. */
export interface StackTree {
  readonly builder: ProfileBuilder;
  readonly capture: Capture;
  /** Of each frame of the capture. */
  readonly frames: readonly FrameIndex[];
  readonly framesOf: FramesOf;
  /** Stands at the root of all these stacks, below their process. */
  readonly below?: FrameIndex;
  /** Runs of frames without a name are one frame. */
  readonly joined: boolean;
}

/** An empty tree for the stacks of the capture. */
export function stackTree(
  capture: Capture,
  builder: ProfileBuilder,
  { addresses = false, hideAllocator = false }: FrameChoice,
): StackTree {
  return {
    builder,
    capture,
    frames: namedFrames(capture, addresses).map((frame) => builder.frame(frame)),
    framesOf: hideAllocator ? withoutAllocator(capture) : ({ frames }) => frames,
    joined: !addresses,
  };
}

/**
 * The node of a stack. A run of calls inside a module without symbols is one frame: ten grey boxes of
 * the same name on top of each other say no more than one. Recursion of a named function stays as it is.
 */
export function nodeOf(stack: WalkedStack, tree: StackTree): NodeIndex {
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

/** Where everything of a process begins: below a frame of its own when there are several. */
export function processNode(process: number, { builder, capture }: StackTree): NodeIndex {
  if (capture.processes.length === 1) return 0;
  const { name, pid } = capture.processes[process]!;
  return builder.child(0, builder.frame({ name: `${name}-${pid}` }));
}

/** Where the stack's own frames begin: below its process, and below a cut. */
function rootOf(stack: WalkedStack, tree: StackTree): NodeIndex {
  const process = processNode(stack.process, tree);
  const node = tree.below === undefined ? process : tree.builder.child(process, tree.below);
  if (stack.walkEnd !== 'cut') return node;
  const name = `[cut at ${tree.capture.header.limits.maxFrames} frames]`;
  return tree.builder.child(node, tree.builder.frame({ name }));
}

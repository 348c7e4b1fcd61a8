import type { WalkedStack } from '../capture/walked-stack.ts';
import type { Capture } from '../capture.ts';
import type { ProfileBuilder } from '../profile/builder.ts';
import type { FrameIndex, NodeIndex } from '../profile.ts';
import { type PathOf, withoutAllocator } from './allocator-frames.ts';
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
  /** Of these, where a run of them is one frame. */
  readonly joined: ReadonlySet<FrameIndex>;
  readonly pathOf: PathOf;
  /** Stands at the root of all these stacks, below their process. */
  readonly below?: FrameIndex;
  /** Of each path of the capture; -1 for what has none yet. */
  readonly nodes: Int32Array;
}

/** An empty tree for the stacks of the capture. */
export function stackTree(
  capture: Capture,
  builder: ProfileBuilder,
  { addresses = false, hideAllocator = false }: FrameChoice,
): StackTree {
  const frames = namedFrames(capture, addresses).map((frame) => builder.frame(frame));
  const unnamed = frames.filter((_, number) => capture.frames[number]!.kind === 'offset');
  return {
    builder,
    capture,
    frames,
    joined: new Set(addresses ? [] : unnamed),
    pathOf: hideAllocator ? withoutAllocator(capture) : ({ path }) => path,
    nodes: noNodes(capture),
  };
}

/** The same tree for stacks that stand below a frame there. */
export function treeBelow(tree: StackTree, below: FrameIndex): StackTree {
  return { ...tree, below, nodes: noNodes(tree.capture) };
}

function noNodes({ paths }: Capture): Int32Array {
  return new Int32Array(paths.parent.length).fill(-1);
}

/**
 * The node of a stack. A run of calls inside a module without symbols is one frame: ten grey boxes of
 * the same name on top of each other say no more than one. Recursion of a named function stays as it is.
 */
export function nodeOf(stack: WalkedStack, tree: StackTree): NodeIndex {
  const { nodes, capture } = tree;
  const path = tree.pathOf(stack);
  const missing: number[] = [];
  let at = path;
  for (; nodes[at]! < 0 && capture.paths.frame[at]! >= 0; at = capture.paths.parent[at]!)
    missing.push(at);
  if (nodes[at]! < 0) nodes[at] = rootOf(stack, tree);
  for (let i = missing.length - 1; i >= 0; i--) enter(missing[i]!, tree);
  return nodes[path]!;
}

/** The node of a path whose parent has one. */
function enter(path: number, { builder, capture, frames, joined, nodes }: StackTree): void {
  const { parent, frame: frameOf } = capture.paths;
  const caller = parent[path]!;
  const frame = frames[frameOf[path]!]!;
  const isSame = frames[frameOf[caller]!] === frame && joined.has(frame);
  nodes[path] = isSame ? nodes[caller]! : builder.child(nodes[caller]!, frame);
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

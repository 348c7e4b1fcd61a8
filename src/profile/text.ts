import type { Frame } from '../frame.ts';
import type { FrameIndex, Profile } from '../profile.ts';
import { childrenOf } from './children.ts';
import { compareFrames } from './frame-order.ts';
import { NumberList, SparseList } from './number-list.ts';

const chunkLength = 65_536;
const lineFeed = Uint8Array.of(0x0a);

/**
 * A profile with everything in it as lines of text, in UTF-8, in chunks; the same for the same profile,
 * whatever its order. Line 1 is a JSON object: the format's version, `columns`, the weights that the
 * `root` itself has, `meta`. Each frame is a line of JSON, in the order of `compareFrames`: its name, or
 * an object where more is known of it. The lines after them are lists of numbers about the nodes, depth
 * first, siblings in the order of their frames:
 * - `up`, sparse: the parent of a node lies so many nodes above the node before (0: it is that node).
 * - `frame`: counted from 0.
 * - `self` of each column, sparse.
 * See NumberList for their letters. A sparse list is two lines: see SparseList.
 */
export function* writeProfile(profile: Profile): Generator<Uint8Array> {
  const { sorted, rank } = sortedFrames(profile);
  yield Buffer.from(headOf(profile));
  yield* frameLines(sorted);
  for (const list of listsOf(profile, rank)) {
    yield list.bytes();
    yield lineFeed;
  }
}

/** Version of the text: what reads it refuses others. */
export const profileTextVersion = 2;

function headOf({ columns, meta }: Profile): string {
  const head = {
    profile: profileTextVersion,
    columns: columns.map(({ name, unit }) => ({ name, unit })),
    root: columns.map(({ self }) => self[0]),
    meta,
  };
  return `${JSON.stringify(head)}\n`;
}

function* frameLines(frames: readonly Frame[]): Generator<Uint8Array> {
  let chunk = '';
  for (const frame of frames) {
    chunk += `${JSON.stringify(known(frame))}\n`;
    if (chunk.length < chunkLength) continue;
    yield Buffer.from(chunk);
    chunk = '';
  }
  yield Buffer.from(chunk);
}

/** The name alone if that is all, else the fields that a frame has, always in the same order. */
function known({ name, module, file, line, kernel, inlined, jit }: Frame): Frame | string {
  const details = {
    ...(module !== undefined && { module }),
    ...(file !== undefined && { file }),
    ...(line !== undefined && { line }),
    ...(kernel && { kernel }),
    ...(inlined && { inlined }),
    ...(jit && { jit }),
  };
  return Object.keys(details).length === 0 ? name : { name, ...details };
}

interface SortedFrames {
  /** Those that a node has. */
  readonly sorted: readonly Frame[];
  /** Of each frame of the profile, its place among the sorted. */
  readonly rank: Int32Array;
}

function sortedFrames({ frames, frame }: Profile): SortedFrames {
  const isUsed = new Uint8Array(frames.length);
  for (let node = 1; node < frame.length; node++) isUsed[frame[node]!] = 1;
  const order: FrameIndex[] = [];
  for (let index = 0; index < frames.length; index++) if (isUsed[index]) order.push(index);
  order.sort((a, b) => compareFrames(frames[a]!, frames[b]!));
  const rank = new Int32Array(frames.length);
  for (let place = 0; place < order.length; place++) rank[order[place]!] = place;
  return { sorted: order.map((index) => frames[index]!), rank };
}

function listsOf(profile: Profile, rank: Int32Array): NumberList[] {
  const up = new SparseList();
  const frame = new NumberList();
  const self = profile.columns.map(() => new SparseList());
  const depth = depthsOf(profile);
  let depthBefore = 0;
  for (const node of depthFirst(profile, rank)) {
    up.push(depthBefore + 1 - depth[node]!);
    depthBefore = depth[node]!;
    frame.push(rank[profile.frame[node]!]!);
    for (let column = 0; column < self.length; column++)
      self[column]!.push(profile.columns[column]!.self[node]!);
  }
  return [up.gaps, up.values, frame, ...self.flatMap(({ gaps, values }) => [gaps, values])];
}

/** 0 for the root. */
function depthsOf({ parent }: Profile): Int32Array {
  const depth = new Int32Array(parent.length);
  for (let node = 1; node < depth.length; node++) depth[node] = depth[parent[node]!]! + 1;
  return depth;
}

/** All nodes but the root, siblings by the rank of their frames. */
function depthFirst(profile: Profile, rank: Int32Array): Int32Array {
  const { start, nodes } = childrenOf(profile, byRank(profile, rank));
  const found = new Int32Array(nodes.length);
  const pending = new Int32Array(nodes.length + 1);
  let count = 0;
  for (let left = 1; left > 0; ) {
    const node = pending[--left]!;
    if (node > 0) found[count++] = node;
    // Backwards: the last that is put down is the first that is taken up.
    for (let at = start[node + 1]! - 1; at >= start[node]!; at--) pending[left++] = nodes[at]!;
  }
  return found;
}

/** The root, then all nodes by the rank of their frames: counted, not compared. */
function byRank({ frame }: Profile, rank: Int32Array): Int32Array {
  const next = new Int32Array(rank.length + 1);
  for (let node = 1; node < frame.length; node++) next[rank[frame[node]!]! + 1]!++;
  for (let at = 0; at < rank.length; at++) next[at + 1]! += next[at]!;
  const order = new Int32Array(frame.length);
  for (let node = 1; node < frame.length; node++) order[1 + next[rank[frame[node]!]!]!++] = node;
  return order;
}

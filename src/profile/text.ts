import type { Frame } from '../frame.ts';
import type { FrameIndex, NodeIndex, Profile } from '../profile.ts';
import { compareFrames } from './frame-order.ts';
import { NumberList, SparseList } from './number-list.ts';

/** Letters of names. */
const lineLength = 65_536;
const lineFeed = Uint8Array.of(0x0a);

/**
 * A profile with everything in it as lines of text, in UTF-8, in chunks; the same for the same profile,
 * whatever its order. Line 1 is a JSON object: the format's version, `columns`, the weights that the
 * `root` itself has, `meta`. Lines of JSON lists hold the frames in the order of `compareFrames`: a name,
 * or an object where more is known. The lines after them are lists of numbers about the nodes, depth
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
  let line: (Frame | string)[] = [];
  let length = 0;
  for (const [index, frame] of frames.entries()) {
    line.push(known(frame));
    length += frame.name.length;
    if (length < lineLength && index < frames.length - 1) continue;
    yield Buffer.from(`${JSON.stringify(line)}\n`);
    line = [];
    length = 0;
  }
}

/** The name alone if that is all, else the fields that a frame has, always in the same order. */
function known({ name, module, file, line, kernel, inlined, jit }: Frame): Frame | string {
  if ((module ?? file ?? line) === undefined && !kernel && !inlined && !jit) return name;
  return {
    name,
    ...(module !== undefined && { module }),
    ...(file !== undefined && { file }),
    ...(line !== undefined && { line }),
    ...(kernel && { kernel }),
    ...(inlined && { inlined }),
    ...(jit && { jit }),
  };
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
  const { columns, frame } = profile;
  const up = new SparseList();
  const frames = new NumberList();
  const self = columns.map(() => new SparseList());
  visit(profile, rank, (node, ups) => {
    up.push(ups);
    frames.push(rank[frame[node]!]!);
    for (let column = 0; column < self.length; column++)
      self[column]!.push(columns[column]!.self[node]!);
  });
  return [up.gaps, up.values, frames, ...self.flatMap(({ gaps, values }) => [gaps, values])];
}

/** Calls `take` for each node but the root, depth first, with how far above the node before its parent lies. */
function visit(
  profile: Profile,
  rank: Int32Array,
  take: (node: NodeIndex, up: number) => void,
): void {
  const { parent } = profile;
  const { firstChild, nextSibling } = links(profile, rank);
  let node = firstChild[0]!;
  for (let up = 0; node > 0; ) {
    take(node, up);
    up = 0;
    if (firstChild[node]! > 0) {
      node = firstChild[node]!;
      continue;
    }
    // The parent of a sibling is the parent of the node, one above it.
    for (up = 1; node > 0 && nextSibling[node] === 0; up++) node = parent[node]!;
    node = nextSibling[node]!;
  }
}

/** Of each node; 0 for none. Siblings are in the order of their frames. */
function links({ parent, frame }: Profile, rank: Int32Array) {
  const firstChild = new Int32Array(parent.length);
  const nextSibling = new Int32Array(parent.length);
  const order = byRank(frame, rank);
  // Backwards: the last that becomes the first child stays it.
  for (let at = order.length - 1; at >= 0; at--) {
    const node = order[at]!;
    nextSibling[node] = firstChild[parent[node]!]!;
    firstChild[parent[node]!] = node;
  }
  return { firstChild, nextSibling };
}

/** All nodes but the root by the rank of their frames: counted, not compared. */
function byRank(frame: Int32Array, rank: Int32Array): Int32Array {
  const next = new Int32Array(rank.length + 1);
  for (let node = 1; node < frame.length; node++) next[rank[frame[node]!]! + 1]!++;
  for (let at = 0; at < rank.length; at++) next[at + 1]! += next[at]!;
  const order = new Int32Array(frame.length - 1);
  for (let node = 1; node < frame.length; node++) order[next[rank[frame[node]!]!]!++] = node;
  return order;
}

import type { Frame } from '../frame.ts';
import type { FrameIndex, NodeIndex, Profile } from '../profile.ts';
import { childNodes, childrenOf } from './children.ts';
import { compareFrames } from './frame-order.ts';

const chunkLength = 65_536;

/**
 * A profile with everything in it as lines of text, in chunks; the same for the same profile, whatever
 * its order. Line 1 is a JSON object: the format's version, `columns`, the weights that the `root`
 * itself has, `meta`. Then depth first: a node is `UP FRAME WEIGHT...`, where its parent lies UP
 * nodes above the node before (0: it is that node), and weights of 0 at the end are left out. Each
 * frame is a JSON object on the line before its first node; they count from 0.
 */
export function* writeProfile(profile: Profile): Generator<string> {
  let chunk = headOf(profile);
  const numbers = new Int32Array(profile.frames.length).fill(-1);
  let nextNumber = 0;
  let depthBefore = 0;
  for (const { node, depth } of depthFirst(profile)) {
    const frame = profile.frame[node]!;
    if (numbers[frame] === -1) {
      numbers[frame] = nextNumber++;
      chunk += `${JSON.stringify(known(profile.frames[frame]!))}\n`;
    }
    chunk += `${depthBefore + 1 - depth} ${numbers[frame]}${weightsOf(profile, node)}\n`;
    depthBefore = depth;
    if (chunk.length < chunkLength) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}

/** Version of the text: what reads it refuses others. */
export const profileTextVersion = 1;

function headOf({ columns, meta }: Profile): string {
  const head = {
    profile: profileTextVersion,
    columns: columns.map(({ name, unit }) => ({ name, unit })),
    root: columns.map(({ self }) => self[0]),
    meta,
  };
  return `${JSON.stringify(head)}\n`;
}

/** The fields that a frame has, always in the same order. */
function known({ name, module, file, line, kernel, inlined, jit }: Frame): Frame {
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

function weightsOf({ columns }: Profile, node: NodeIndex): string {
  let text = '';
  for (let column = columns.length - 1; column >= 0; column--) {
    const weight = columns[column]!.self[node]!;
    if (weight > 0 || text !== '') text = ` ${weight}${text}`;
  }
  return text;
}

interface Place {
  readonly node: NodeIndex;
  /** 1 for what the root calls. */
  readonly depth: number;
}

/** All nodes but the root, siblings in the order of their frames. */
function* depthFirst(profile: Profile): Generator<Place> {
  const rank = ranksOf(profile.frames);
  const children = childrenOf(profile);
  const rankOf = (node: NodeIndex): number => rank[profile.frame[node]!]!;
  const pending: Place[] = [{ node: 0, depth: 0 }];
  for (let place = pending.pop(); place !== undefined; place = pending.pop()) {
    if (place.node !== 0) yield place;
    const below = childNodes(children, place.node);
    const sorted = below.length > 1 ? below.slice().sort((a, b) => rankOf(b) - rankOf(a)) : below;
    for (const node of sorted) pending.push({ node, depth: place.depth + 1 });
  }
}

/** Of each frame, its place among all when they are sorted. */
function ranksOf(frames: readonly Frame[]): Int32Array {
  const order: FrameIndex[] = frames.map((_, index) => index);
  order.sort((a, b) => compareFrames(frames[a]!, frames[b]!));
  const rank = new Int32Array(frames.length);
  for (const [place, index] of order.entries()) rank[index] = place;
  return rank;
}

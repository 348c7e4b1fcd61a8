import type { Profile } from '../profile.ts';
import { ranksOf } from './frame-order.ts';

/**
 * Of each node, its place when all stacks are sorted frame by frame as `compareFrames` has it, a caller before what it
 * calls. Takes time in proportion to the nodes, and 16 bytes for each.
 */
export function stackPlaces(profile: Profile): Int32Array {
  const { parent } = profile;
  const sizes = subtreeSizes(profile);
  const places = new Int32Array(parent.length);
  const used = new Int32Array(parent.length);
  // So far only how many nodes stand between a node and its parent: those below earlier siblings.
  for (const node of nodesByFrame(profile)) {
    const above = parent[node]!;
    places[node] = used[above]!;
    used[above]! += sizes[node]!;
  }
  for (let node = 1; node < places.length; node++) places[node]! += places[parent[node]!]! + 1;
  return places;
}

/** How many nodes each is with all that is below it. */
function subtreeSizes({ parent }: Profile): Int32Array {
  const sizes = new Int32Array(parent.length).fill(1);
  for (let node = parent.length - 1; node > 0; node--) sizes[parent[node]!]! += sizes[node]!;
  return sizes;
}

/** All but the root, by the rank of their frames: a counting sort. */
function nodesByFrame({ frames, frame }: Profile): Int32Array {
  const ranks = ranksOf(frames);
  const next = new Int32Array(frames.length + 1);
  for (let node = 1; node < frame.length; node++) next[ranks[frame[node]!]! + 1]!++;
  for (let rank = 0; rank < frames.length; rank++) next[rank + 1]! += next[rank]!;
  const nodes = new Int32Array(frame.length - 1);
  for (let node = 1; node < frame.length; node++) nodes[next[ranks[frame[node]!]!]!++] = node;
  return nodes;
}

import { withFramesOnce } from '../profile/frames-once.ts';
import type { Column, Profile } from '../profile.ts';
import { collapsedName } from './name.ts';

/** Stacks by their text: siblings have different names. */
export interface TextTree {
  /** As they are written; all different. */
  readonly names: readonly string[];
  readonly parent: Int32Array;
  /** Of each node, the number of its name; -1 for the root. */
  readonly name: Int32Array;
  /** Of each column. */
  readonly selfs: readonly Float64Array[];
}

/** Frames that look alike in text become one, and so do their stacks. */
export function textTree(profile: Profile, columns: readonly Column[]): TextTree {
  const names = profile.frames.map(collapsedName);
  const written = { ...profile, columns, frames: names.map((name) => ({ name })) };
  const isOnce = new Set(names).size === names.length;
  const once = isOnce ? written : withFramesOnce(written);
  return {
    names: once.frames.map(({ name }) => name),
    parent: once.parent,
    name: once.frame,
    selfs: once.columns.map(({ self }) => self),
  };
}

/**
 * What is to be written below each node, in order. A node is two things: the stack that ends there, and
 * all that is below it. The two sort apart: of siblings `b` and `b.x`, the line of `b` comes first and the
 * lines below `b` last, for `;` is above `.`.
 */
export interface Parts {
  /** The parts below node n are those from `start[n]` up to, not including, `start[n + 1]`. */
  readonly start: Int32Array;
  /** Twice the node, and one more for what is below it. */
  readonly parts: Int32Array;
}

/** Sorted by the parts' own names first, and then by their parents: no list of siblings is sorted by itself. */
export function partsOf(tree: TextTree): Parts {
  const { parent, name } = tree;
  const ranks = ranksOf(tree.names);
  const parts = partsIn(tree);
  const sorted = sortedBy(parts, ranks.length, (part) => ranks[2 * name[part >> 1]! + (part & 1)]!);
  return sortedBy(sorted.parts, parent.length, (part) => parent[part >> 1]!);
}

/** Of each name its place among all names, with a `;` behind them and without; by code units. */
function ranksOf(names: readonly string[]): Int32Array {
  const keys = names.flatMap((name) => [name, `${name};`]);
  const ranks = new Int32Array(keys.length);
  const sorted = [...keys.keys()].sort((a, b) => (keys[a]! < keys[b]! ? -1 : 1));
  for (const [rank, key] of sorted.entries()) ranks[key] = rank;
  return ranks;
}

/** Every stack with a weight, and every node with something below it. */
function partsIn({ parent, selfs }: TextTree): Int32Array {
  const hasChild = new Uint8Array(parent.length);
  for (let node = 1; node < parent.length; node++) hasChild[parent[node]!] = 1;
  const parts = new Int32Array(2 * parent.length);
  let count = 0;
  for (let node = 1; node < parent.length; node++) {
    if (selfs.some((self) => self[node]! > 0)) parts[count++] = 2 * node;
    if (hasChild[node]) parts[count++] = 2 * node + 1;
  }
  return parts.subarray(0, count);
}

/** A counting sort; parts with the same key stay in their order. */
function sortedBy(parts: Int32Array, keys: number, keyOf: (part: number) => number): Parts {
  const start = new Int32Array(keys + 1);
  for (const part of parts) start[keyOf(part) + 1]!++;
  for (let key = 0; key < keys; key++) start[key + 1]! += start[key]!;
  const next = start.slice();
  const sorted = new Int32Array(parts.length);
  for (const part of parts) sorted[next[keyOf(part)]!++] = part;
  return { start, parts: sorted };
}

import type { NodeIndex } from '../profile.ts';
import type { TextTree } from './text-tree.ts';

/**
 * What is to be written below each node, in order: lists of parts, of two numbers each. A node is two
 * parts: the stack that ends there, and all that is below it. The two sort apart: of siblings `b` and `b.x`,
 * the line of `b` comes first and the lines below `b` last, for `;` is above `.`. The numbers of a part are
 * - four times its name, and `isBelow`, and `isLast` of the list;
 * - where the list below begins in this array, or which of the stacks with a weight ends there.
 * So whoever goes through it, wasm/text.c, comes to one place in memory for each node. The list below the
 * root is at 0.
 */
export type Parts = Int32Array;

const isBelow = 1;
const isLast = 2;

/** Fills what `startsOf` has the places in. */
export function fillParts(tree: TextTree, starts: Int32Array, parts: Parts): void {
  enterParts(tree, starts, parts);
  const ranks = ranksOf(tree.names);
  const keyOf = (part: number) => ranks[2 * (part >> 2) + (part & isBelow)]!;
  for (let node = 0; node + 1 < starts.length; node++) {
    const end = starts[node + 1]!;
    if (end === starts[node]) continue;
    if (end > starts[node]! + 2) sortBy(keyOf, parts.subarray(starts[node], end));
    parts[end - 2]! |= isLast;
  }
}

/** Where the list below each node begins; the one behind it begins where it ends. */
export function startsOf(tree: TextTree): Int32Array {
  const { parent } = tree;
  const starts = new Int32Array(parent.length + 1);
  for (let node = parent.length - 1; node > 0; node--) {
    const numbers = 2 * (Number(hasWeight(tree, node)) + Number(starts[node + 1]! > 0));
    starts[parent[node]! + 1]! += numbers;
  }
  for (let node = 0; node < parent.length; node++) starts[node + 1]! += starts[node]!;
  return starts;
}

/** Lists in the order of the nodes; no part is marked as the last. */
function enterParts(tree: TextTree, starts: Int32Array, parts: Parts): void {
  const { parent, name } = tree;
  const next = starts.slice();
  let stacks = 0;
  for (let node = 1; node < parent.length; node++) {
    let at = next[parent[node]!]!;
    if (hasWeight(tree, node)) {
      parts[at++] = name[node]! << 2;
      parts[at++] = stacks++;
    }
    if (starts[node]! < starts[node + 1]!) {
      parts[at++] = (name[node]! << 2) | isBelow;
      parts[at++] = starts[node]!;
    }
    next[parent[node]!] = at;
  }
}

/** Most lists are short, and in order. */
function sortBy(keyOf: (part: number) => number, list: Parts): void {
  if (list.length > 64) sortLong(keyOf, list);
  else sortShort(keyOf, list);
}

function sortShort(keyOf: (part: number) => number, list: Parts): void {
  for (let i = 2; i < list.length; i += 2) {
    const part = list[i]!;
    const place = list[i + 1]!;
    let at = i;
    for (; at > 0 && keyOf(list[at - 2]!) > keyOf(part); at -= 2) {
      list[at] = list[at - 2]!;
      list[at + 1] = list[at - 1]!;
    }
    list[at] = part;
    list[at + 1] = place;
  }
}

function sortLong(keyOf: (part: number) => number, list: Parts): void {
  const old = list.slice();
  const order = Int32Array.from({ length: list.length / 2 }, (_, index) => 2 * index);
  order.sort((a, b) => keyOf(old[a]!) - keyOf(old[b]!));
  for (const [index, at] of order.entries()) {
    list[2 * index] = old[at]!;
    list[2 * index + 1] = old[at + 1]!;
  }
}

/** Of each name its place among all names, with a `;` behind them and without; by code units. */
function ranksOf(names: readonly string[]): Int32Array {
  const keys = names.flatMap((name) => [name, `${name};`]);
  const ranks = new Int32Array(keys.length);
  const sorted = [...keys.keys()].sort((a, b) => (keys[a]! < keys[b]! ? -1 : 1));
  for (const [rank, key] of sorted.entries()) ranks[key] = rank;
  return ranks;
}

/** A line of its own, that is. */
export function hasWeight({ selfs }: TextTree, node: NodeIndex): boolean {
  for (let column = 0; column < selfs.length; column++) if (selfs[column]![node]! > 0) return true;
  return false;
}

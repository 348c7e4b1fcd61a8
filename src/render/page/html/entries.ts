import type { FlatTree } from './tree.ts';

/** Stacks of a tree, and how far up each has been followed: a part of two arrays, which neighbours may share. */
export interface Entries {
  /** Nodes that give the weights. */
  readonly from: Int32Array;
  /** The nodes whose frames come next, callers of those before; 0 where the stack begins. */
  readonly next: Int32Array;
  readonly start: number;
  /** Where the part ends, and another may begin. */
  readonly end: number;
}

/** All of two arrays. */
export function entriesOf(from: Int32Array, next: Int32Array): Entries {
  return { from, next, start: 0, end: from.length };
}

/** What is followed one call further, by the frame that called; without the stacks that begin. */
export function byCaller({ frame, parent }: FlatTree, entries: Entries): [number, Entries][] {
  const { from, next, start, end } = entries;
  const groups = new Map<number, Group>();
  const groupAt: (Group | undefined)[] = [];
  for (let at = start; at < end; at++)
    groupAt.push(next[at] === 0 ? undefined : countedIn(groups, frame[next[at]!]!));
  const callers = entriesOf(...placesFor(groups));
  for (let at = start; at < end; at++) {
    const group = groupAt[at - start];
    if (group === undefined) continue;
    const place = group.start + group.filled++;
    callers.from[place] = from[at]!;
    callers.next[place] = parent[next[at]!]!;
  }
  return Array.from(groups, ([caller, { start: first, size }]) => [
    caller,
    { ...callers, start: first, end: first + size },
  ]);
}

/** Entries with the same caller. */
interface Group {
  size: number;
  /** Where they begin among those of all groups, and how many have been put there. */
  start: number;
  filled: number;
}

function countedIn(groups: Map<number, Group>, caller: number): Group {
  const known = groups.get(caller);
  if (known !== undefined) {
    known.size++;
    return known;
  }
  const fresh = { size: 1, start: 0, filled: 0 };
  groups.set(caller, fresh);
  return fresh;
}

function placesFor(groups: ReadonlyMap<number, Group>): [Int32Array, Int32Array] {
  let size = 0;
  for (const group of groups.values()) {
    group.start = size;
    size += group.size;
  }
  return [new Int32Array(size), new Int32Array(size)];
}

/** Those at some places. */
export function entriesWhere(
  entries: Entries,
  isWanted: (entries: Entries, at: number) => boolean,
): Entries {
  const { from, next, start, end } = entries;
  const wanted: number[] = [];
  for (let at = start; at < end; at++) if (isWanted(entries, at)) wanted.push(at);
  const valuesOf = (values: Int32Array) => Int32Array.from(wanted, (at) => values[at]!);
  return entriesOf(valuesOf(from), valuesOf(next));
}

/** Per node, 1 where its frame or that of a caller is marked. */
export function markedUpwards({ frame, parent }: FlatTree, marked: Uint8Array): Uint8Array {
  const isMarked = new Uint8Array(frame.length);
  for (let node = 1; node < isMarked.length; node++)
    isMarked[node] = marked[frame[node]!]! | isMarked[parent[node]!]!;
  return isMarked;
}

/** How many callers of stacks are marked, where stacks with the same callers share them; stops at `most`. */
export function countMarked(
  tree: FlatTree,
  entries: Entries,
  { marked, isMarked, most }: { marked: Uint8Array; isMarked: Uint8Array; most: number },
): number {
  let count = 0;
  const pending = [entries];
  for (let next = pending.pop(); next !== undefined && count < most; next = pending.pop()) {
    const wanted = entriesWhere(next, (each, at) => isMarked[each.next[at]!] === 1);
    for (const [frame, callers] of byCaller(tree, wanted)) {
      count += marked[frame]!;
      pending.push(callers);
    }
  }
  return count;
}

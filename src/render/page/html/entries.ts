import type { FlatTree } from './tree.ts';

/** Stacks of a tree, and how far up each has been followed. */
export interface Entries {
  /** Nodes that give the weights. */
  readonly from: Int32Array;
  /** The nodes whose frames come next, callers of those before; 0 where the stack begins. */
  readonly next: Int32Array;
}

/** What is followed one call further, by the frame that called; without the stacks that begin. */
export function byCaller(
  { frame, parent }: FlatTree,
  { from, next }: Entries,
): [number, Entries][] {
  const groups = new Map<number, number[]>();
  for (let i = 0; i < from.length; i++) {
    if (next[i] === 0) continue;
    const group = groups.get(frame[next[i]!]!);
    if (group) group.push(i);
    else groups.set(frame[next[i]!]!, [i]);
  }
  return [...groups].map(([caller, group]) => [
    caller,
    {
      from: Int32Array.from(group, (i) => from[i]!),
      next: Int32Array.from(group, (i) => parent[next[i]!]!),
    },
  ]);
}

/** Those at some places. */
export function entriesWhere(
  entries: Entries,
  isWanted: (entries: Entries, at: number) => boolean,
): Entries {
  const { from, next } = entries;
  const wanted = [...from.keys()].filter((at) => isWanted(entries, at));
  return {
    from: Int32Array.from(wanted, (i) => from[i]!),
    next: Int32Array.from(wanted, (i) => next[i]!),
  };
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

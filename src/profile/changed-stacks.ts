import { type NodeIndex, type Profile, stackOf } from '../profile.ts';
import { type Changes, changeAt, isNoise, selfChanges } from './differential.ts';
import { compareFrames } from './frame-order.ts';
import { stackPlaces } from './stack-places.ts';

/** A stack whose own weight is another one after than before. */
export interface ChangedStack {
  readonly node: NodeIndex;
  readonly before: number;
  readonly after: number;
  /** After less before; never 0. */
  readonly change: number;
}

/** Stacks that changed: a million of them are a list of numbers. */
export interface ChangedGroup {
  readonly nodes: readonly NodeIndex[];
  /** What those that grew gained together. */
  readonly gain: number;
  /** What those that shrank lost together; not above 0. */
  readonly loss: number;
  /** How many are new, or vanished. */
  readonly ends: number;
}

/** Every stack that changed, in one of three groups. */
export interface ChangedStacks {
  readonly grown: ChangedGroup;
  readonly shrunk: ChangedGroup;
  /** Changes that mean nothing: below the threshold, or as the runs of a side differ among themselves. */
  readonly noise: ChangedGroup;
  /** So many of a group: the largest change first, then by name. */
  largest(group: ChangedGroup, most: number): ChangedStack[];
  /** All of a group, likewise, one by one: there may be a million. */
  inOrder(group: ChangedGroup): Generator<ChangedStack>;
}

/** The changes of a differential; they add up to that of its total. */
export function changedStacks(profile: Profile): ChangedStacks {
  const changes = selfChanges(profile);
  const [grown, shrunk, noise] = [newGroup(), newGroup(), newGroup()];
  for (let node = 0; node < profile.parent.length; node++) {
    const change = changeAt(changes, node);
    if (change === 0) continue;
    enter(isNoise(changes, node) ? noise : change > 0 ? grown : shrunk, changes, node);
  }
  const order = largestFirst(profile, changes);
  let places: Int32Array | undefined;
  return {
    ...{ grown, shrunk, noise },
    largest: ({ nodes }, most) =>
      firstOf(nodes, most, order).map((node) => changedStack(changes, node)),
    *inOrder({ nodes }) {
      places ??= stackPlaces(profile);
      for (const node of sorted(nodes, changes, places)) yield changedStack(changes, node);
    },
  };
}

type Growing = { -readonly [Key in keyof ChangedGroup]: ChangedGroup[Key] } & {
  nodes: NodeIndex[];
};

function newGroup(): Growing {
  return { nodes: [], gain: 0, loss: 0, ends: 0 };
}

function enter(group: Growing, changes: Changes, node: NodeIndex): void {
  const change = changeAt(changes, node);
  group.nodes.push(node);
  group.gain += Math.max(change, 0);
  group.loss += Math.min(change, 0);
  if (changes.before[node] === 0 || changes.after[node] === 0) group.ends++;
}

function changedStack(changes: Changes, node: NodeIndex): ChangedStack {
  const [before, after] = [changes.before[node]!, changes.after[node]!];
  return { node, before, after, change: after - before };
}

type Order = (a: NodeIndex, b: NodeIndex) => number;

/** Sorts no more than it must: the table shows ten of a million. */
function firstOf(nodes: readonly NodeIndex[], most: number, order: Order): NodeIndex[] {
  let best: NodeIndex[] = [];
  let last: NodeIndex | undefined;
  for (const node of nodes) {
    if (last !== undefined && order(node, last) > 0) continue;
    best.push(node);
    if (best.length < 2 * most) continue;
    best = best.sort(order).slice(0, most);
    last = best.at(-1);
  }
  return best.sort(order).slice(0, most);
}

/** All of them: with the places of all stacks at hand there is no looking at frames. */
function sorted(nodes: readonly NodeIndex[], changes: Changes, places: Int32Array): Int32Array {
  const sizeOf = (node: NodeIndex) => Math.abs(changeAt(changes, node));
  return Int32Array.from(nodes).sort((a, b) => sizeOf(b) - sizeOf(a) || places[a]! - places[b]!);
}

function largestFirst(profile: Profile, changes: Changes): Order {
  return (a, b) => {
    const bySize = Math.abs(changeAt(changes, b)) - Math.abs(changeAt(changes, a));
    return bySize || compareStacks(profile, a, b);
  };
}

/** Whatever order the input was in, equal changes are in the same one. */
function compareStacks(profile: Profile, a: NodeIndex, b: NodeIndex): number {
  if (a === b) return 0;
  const [left, right] = [stackOf(profile, a), stackOf(profile, b)];
  const fork = left.findIndex((frame, at) => frame !== right[at]);
  if (fork < 0 || fork === right.length) return left.length - right.length;
  return compareFrames(left[fork]!, right[fork]!);
}

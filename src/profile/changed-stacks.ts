import type { Frame } from '../frame.ts';
import { type NodeIndex, type Profile, stackOf } from '../profile.ts';
import { type Changes, changeAt, isNoise, selfChanges } from './differential.ts';

/** A stack whose own weight is another one after than before. */
export interface ChangedStack {
  readonly node: NodeIndex;
  readonly before: number;
  readonly after: number;
  /** After less before; never 0. */
  readonly change: number;
}

/** Every stack that changed, in one of three lists: the largest change first, then by name. */
export interface ChangedStacks {
  readonly grown: readonly ChangedStack[];
  readonly shrunk: readonly ChangedStack[];
  /** Changes that mean nothing: below the threshold, or as the runs of a side differ among themselves. */
  readonly noise: readonly ChangedStack[];
}

/** The changes of a differential; they add up to that of its total. */
export function changedStacks(profile: Profile): ChangedStacks {
  const changes = selfChanges(profile);
  const grown: ChangedStack[] = [];
  const shrunk: ChangedStack[] = [];
  const noise: ChangedStack[] = [];
  for (let node = 0; node < profile.parent.length; node++) {
    const stack = changedStack(changes, node);
    if (stack.change === 0) continue;
    if (isNoise(changes, node)) noise.push(stack);
    else (stack.change > 0 ? grown : shrunk).push(stack);
  }
  const inOrder = (stacks: ChangedStack[]) => stacks.sort((a, b) => largestFirst(profile, a, b));
  return { grown: inOrder(grown), shrunk: inOrder(shrunk), noise: inOrder(noise) };
}

function changedStack(changes: Changes, node: NodeIndex): ChangedStack {
  const [before, after] = [changes.before[node]!, changes.after[node]!];
  return { node, before, after, change: changeAt(changes, node) };
}

function largestFirst(profile: Profile, a: ChangedStack, b: ChangedStack): number {
  const bySize = Math.abs(b.change) - Math.abs(a.change);
  if (bySize !== 0) return bySize;
  return textOf(stackOf(profile, a.node)) < textOf(stackOf(profile, b.node)) ? -1 : 1;
}

/** Whatever order the input was in, equal changes are in the same one. */
function textOf(stack: readonly Frame[]): string {
  return JSON.stringify(stack.map(({ name, module, file, line }) => [name, module, file, line]));
}

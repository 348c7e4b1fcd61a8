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

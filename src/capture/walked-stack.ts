/** By unwind tables with frame pointers where there are none, by tables alone, by frame pointers alone. */
export type Unwind = 'auto' | 'dwarf' | 'fp';

export const walkEnds = [
  'cut',
  'no_mapping',
  'no_unwind_info',
  'unsupported',
  'unreadable',
] as const;
/** Why the walk of a stack ended before the start of its thread. */
export type WalkEnd = (typeof walkEnds)[number];

export interface Weight {
  readonly bytes: number;
  readonly calls: number;
}

/** Where something happened, as it was walked. */
export interface WalkedStack {
  /** Index into `Capture.processes`. */
  readonly process: number;
  /** Into `Capture.paths`: at least one frame. */
  readonly path: number;
  /** Outer callers are missing, and why. */
  readonly walkEnd?: WalkEnd;
  /** Places in the path that were found by frame pointer instead of by unwind tables. */
  readonly fpFrames?: readonly number[];
}

/**
 * For the table of paths: stacks of different processes, or of which only one is cut, have different roots
 * in a profile, and so share no path.
 */
export function originOf(process: number, walkEnd: WalkEnd | undefined): number {
  return 2 * process + (walkEnd === 'cut' ? 1 : 0);
}

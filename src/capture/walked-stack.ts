/** By unwind tables with frame pointers where there are none, by tables alone, by frame pointers alone. */
export type Unwind = 'auto' | 'dwarf' | 'fp';

/** Why the walk of a stack ended before the start of its thread. */
export type WalkEnd = 'cut' | 'no_mapping' | 'no_unwind_info' | 'unsupported' | 'unreadable';

export interface Weight {
  readonly bytes: number;
  readonly calls: number;
}

/** Where something happened, as it was walked. */
export interface WalkedStack {
  /** Index into `Capture.processes`. */
  readonly process: number;
  /** Indexes into `Capture.frames`, root first, at least one. */
  readonly frames: readonly number[];
  /** Outer callers are missing, and why. */
  readonly walkEnd?: WalkEnd;
  /** Places in `frames` that were found by frame pointer instead of by unwind tables. */
  readonly fpFrames?: readonly number[];
}

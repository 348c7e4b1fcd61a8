import type { Differential } from './differential.ts';
import { UserError } from './errors.ts';
import type { Residency } from './residency.ts';
import type { StackQuality } from './stack-quality.ts';

/** Index into `Profile.frames`. */
export type FrameIndex = number;
/** Index into `Profile.parent` and `Profile.frame`; 0 is the root, which has no frame. */
export type NodeIndex = number;

export type Unit = 'bytes' | 'count' | 'pages';

/** What may be known of a frame besides its function. */
export interface FrameDetails {
  /** Source file, as the compiler was told. Chosen by the traced process: hostile. */
  readonly file?: string;
  /** In `file`, counted from 1. */
  readonly line?: number;
  readonly kernel?: boolean;
  /** The compiler put it into the next outer frame's function. */
  readonly inlined?: boolean;
  /** Code that was made while the program ran, named by the compiler that made it. */
  readonly jit?: boolean;
}

/** One function in a stack. Frames that differ in anything are two frames. */
export interface Frame extends FrameDetails {
  /** As shown: demangled, or `[module]` where no symbol is known. Chosen by the traced process: hostile. */
  readonly name: string;
  /** Base name of the file that the code lies in, where known. */
  readonly module?: string;
}

/** One weight per node. `self[node]` is what ended exactly there; totals are derived. */
export interface Column {
  /** pprof's sample type where it has one: `alloc_space`, `alloc_objects`, `inuse_space`, `inuse_objects`. */
  readonly name: string;
  readonly unit: Unit;
  readonly self: Float64Array;
}

/** Something that the numbers do not contain, and why. */
export interface Omission {
  /** A stable word, such as `live_table_full`; see bpf/README.md. */
  readonly reason: string;
  readonly calls: number;
  /** What `calls` counts. Default: call. */
  readonly noun?: 'call' | 'fault' | 'event';
  /** Undefined where the size is not known. */
  readonly bytes?: number;
}

/** What of a capture a profile shows; bpf/README.md has the weights. */
export type View =
  | 'all'
  | 'unfreed'
  | 'mmap'
  | 'mapped'
  | 'all_and_mmap'
  | 'unfreed_and_mapped'
  | 'resident';

/** What the profile is of. Every field is optional: collapsed stacks carry none of it. */
export interface Metadata {
  readonly view?: View;
  readonly host?: string;
  readonly kernel?: string;
  readonly tool?: string;
  /** What was traced, each as `name (pid 123)`. */
  readonly targets?: readonly string[];
  /** ISO 8601, UTC. */
  readonly start?: string;
  readonly durationMs?: number;
  /** When what was unfreed was noted while tracing, in ms from the start: columns of their own, see `steadiness.ts`. */
  readonly snapshots?: readonly number[];
  /** What the numbers are estimated from, such as `1 of 10 calls`; missing where they are exact. */
  readonly estimated?: string;
  /** Settings that left something out on purpose, as they are to be shown: `size >= 64 bytes`. */
  readonly filters?: readonly string[];
  /** Calls and bytes that a filter left out. */
  readonly filtered?: readonly Omission[];
  /** Calls and bytes that should be in the numbers and are not. */
  readonly lost?: readonly Omission[];
  /** How far the stacks reach, where that is known. */
  readonly stacks?: StackQuality;
  /** Of a view of resident pages: how it adds up, for each process. */
  readonly residency?: readonly Residency[];
  /** Plain remarks for the reader, such as `counts requests, also those that failed`. */
  readonly notes?: readonly string[];
  /** What is compared, of a profile with the columns `before` and `after`. */
  readonly differential?: Differential;
}

/** Weighted stacks as a prefix tree in flat arrays. A parent's index is below its children's. */
export interface Profile {
  readonly frames: readonly Frame[];
  /** Parent of each node; -1 for the root (node 0). */
  readonly parent: Int32Array;
  /** Frame of each node; -1 for the root (node 0). */
  readonly frame: Int32Array;
  /** At least one. The first is what a picture shows unless it is told otherwise. */
  readonly columns: readonly Column[];
  readonly meta: Metadata;
}

/** The column called `name`. Throws a RangeError when there is none: asking is the caller's bug. */
export function columnNamed(profile: Profile, name: string): Column {
  const column = profile.columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw new RangeError(`profile has no column ${name}`);
  return column;
}

/** Of the whole profile, in the column's unit. */
export function sumOf(column: Pick<Column, 'self'>): number {
  return column.self.reduce((total, weight) => total + weight, 0);
}

/** Self weight plus that of everything below, per node, in the column's unit. */
export function totals(profile: Profile, column: Column): Float64Array {
  const total = Float64Array.from(column.self);
  for (let node = total.length - 1; node > 0; node--) {
    const parent = profile.parent[node]!;
    total[parent] = total[parent]! + total[node]!;
  }
  return total;
}

/** Frames of the stack that ends at `node`, root first. */
export function stackOf(profile: Profile, node: NodeIndex): Frame[] {
  const stack: Frame[] = [];
  for (let at = node; at > 0; at = profile.parent[at]!) {
    stack.push(profile.frames[profile.frame[at]!]!);
  }
  return stack.reverse();
}

/** For a column whose sum leaves the exact range of doubles. */
export function totalTooLarge({ name }: { readonly name: string }): UserError {
  return new UserError(
    `the total of ${name} is above ${Number.MAX_SAFE_INTEGER} and cannot be exact: ` +
      'split the input, or scale its counts down',
  );
}

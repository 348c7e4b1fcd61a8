import type { Omission } from '../omission.ts';
import type { Residency } from './residency.ts';
import type { StackQuality } from './stack-quality.ts';

export const views = [
  'all',
  'unfreed',
  'mmap',
  'mapped',
  'all_and_mmap',
  'unfreed_and_mapped',
  'resident',
] as const;
/** What of a capture a profile shows; bpf/README.md has the weights. */
export type View = (typeof views)[number];

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
  /** When what was unfreed or mapped was noted while tracing, in ms from the start: columns of their own, see `steadiness.ts`. */
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
  /** Of several views in one profile, see `views.ts`. */
  readonly views?: readonly ContainedView[];
}

/** One of several views in a profile. */
export interface ContainedView {
  /** How many columns it has, behind those of the views before it. */
  readonly columns: number;
  readonly meta: Metadata;
}

/** Whose total, or whose time, both sides are brought to. */
export const normalizations = ['none', 'before', 'after', 'duration'] as const;
export type Normalization = (typeof normalizations)[number];

/** One of the profiles that a differential was made of. */
export interface DifferentialRun {
  /** What the user calls it, such as its file. */
  readonly name: string;
  /** Of all its stacks as they were recorded, in the unit of the columns. */
  readonly total: number;
  /** What its weights were multiplied with; 1 where nothing was normalised. */
  readonly factor: number;
  readonly meta: Metadata;
}

/**
 * What a profile with the columns `before` and `after` compares. A side of several runs is their
 * mean, and each run is a column of its own behind the two: `before_1`, `before_2` ... `after_1` ...
 */
export interface Differential {
  /** Both are empty where nobody knows, as for a collapsed file with two counts a line. */
  readonly before: readonly DifferentialRun[];
  readonly after: readonly DifferentialRun[];
  readonly normalized: Normalization;
  /** A change that is smaller is noise, in the unit of the columns. */
  readonly threshold: number;
}

import type { FaultRuns, PageRuns } from './page-runs.ts';
import type { WalkedStack } from './walked-stack.ts';

/** The page faults of a capture, as bpf/README.md specifies them. */
export interface CaptureFaults {
  /** How they were seen: tracepoints of the exception, or software events of perf. */
  readonly source: 'exceptions' | 'perf';
  readonly stacks: readonly FaultStack[];
  /** Of each of `Capture.processes`. */
  readonly processes: readonly ProcessPages[];
}

/** A stack that took page faults. */
export interface FaultStack extends WalkedStack {
  /** How many, whether the page was there afterwards or not. */
  readonly faults: number;
}

/** What is known of the pages of a process. */
export interface ProcessPages {
  /** What is mapped at the end, ascending. */
  readonly mappings: readonly CaptureMapping[];
  /** In the page table when the trace began and ended; `what` is a sum of `pageBits`. */
  readonly start: PageRuns;
  readonly end: PageRuns;
  /** The latest fault of each page; `what` is one of `faultHow`. */
  readonly faulted: FaultRuns;
}

export const mappingKinds = ['anon', 'file', 'shmem', 'hugetlb', 'special'] as const;

export interface CaptureMapping {
  /** Page number: address / page size. */
  readonly first: number;
  readonly count: number;
  /** As in /proc/PID/maps, such as `rw-p`. */
  readonly perms: string;
  readonly kind: (typeof mappingKinds)[number];
  /** As in /proc/PID/maps; may be empty. Chosen by the traced process: hostile. */
  readonly path: string;
}

/** What a page in the page table is. RSS counts what is neither `swapped` nor `zero`. */
export const pageBits = {
  /** Of a file, or shared memory. */
  file: 1,
  /** Not present, but in swap. */
  swapped: 2,
  /** The kernel's page of zeros, shared by all. */
  zero: 4,
  /** Part of a huge page. */
  huge: 8,
  /** Shared memory; `file` is set as well. */
  shmem: 16,
  /** Was part of a huge page that has been taken apart. */
  split: 32,
} as const;

/** How a page was first touched, as far as its record tells. */
export const faultHow = {
  read: 0,
  write: 1,
  /** A write over a page that was there: copy-on-write after a fork, or over the page of zeros. */
  copy: 2,
} as const;

/** Bytes, as /proc/PID/status has them: RssAnon, RssFile, RssShmem, VmSwap. */
export interface Rss {
  readonly anon: number;
  readonly file: number;
  readonly shmem: number;
  readonly swap: number;
}

export interface RssChange {
  /** Missing when the process could not be looked at, or had ended before. */
  readonly before?: Rss;
  /** Missing when the process has ended. */
  readonly after?: Rss;
}

/** Faults that were seen, by the mode of the processor. */
export interface FaultCounts {
  readonly user: number;
  readonly kernel: number;
  /** Of these, those that found their page present and changed no record. */
  readonly present: number;
}

import type { CaptureFaults, FaultCounts, RssChange } from './capture/faults.ts';
import type { FramePaths } from './capture/paths.ts';
import type { Unwind, WalkedStack, Weight } from './capture/walked-stack.ts';
import type { FrameDetails } from './frame.ts';
import type { Omission } from './omission.ts';

/**
 * What one tracing run saw, as bpf/README.md specifies it (format version 1). Keys are the
 * format's in camelCase; things that refer to each other do so by their place in these arrays.
 */
export interface Capture {
  readonly header: CaptureHeader;
  readonly processes: readonly CaptureProcess[];
  readonly modules: readonly CaptureModule[];
  readonly frames: readonly CaptureFrame[];
  /** Frames of all stacks. */
  readonly paths: FramePaths;
  /** What allocated; empty in a capture of page faults alone. */
  readonly stacks: Iterable<CaptureStack> & { readonly length: number };
  /** What mapped memory by system calls; missing where nobody asked. */
  readonly maps?: readonly MapStack[];
  /** Missing in a capture of the heap alone. */
  readonly faults?: CaptureFaults;
  /** Missing when the capture was cut short. */
  readonly end?: CaptureEnd;
  /** The end line is missing: what came after the cut is not here. */
  readonly truncated: boolean;
}

/** Allocations, page faults, or both. */
export type CaptureKind = 'heap' | 'faults' | 'incident';
/** `full`: allocations and frees; `alloc`: no frees; `entry`: requests only, failed ones included. */
export type CaptureMode = 'full' | 'alloc' | 'entry';
export type StopReason = 'duration' | 'interrupted' | 'exited' | 'rate';
/** Recorded is one of so many calls, or one call in so many bytes. */
export type Sampling = { readonly calls: number } | { readonly bytes: number };
export interface CaptureHeader {
  readonly kind: CaptureKind;
  readonly tool: string;
  readonly host: string;
  readonly kernel: string;
  readonly machine: string;
  /** Bytes. */
  readonly pageSize: number;
  /** ISO 8601, UTC. */
  readonly start: string;
  /** ISO 8601, UTC. */
  readonly end: string;
  readonly durationMs: number;
  /** Missing where no allocations were traced. */
  readonly mode?: CaptureMode;
  readonly stop: StopReason;
  /** Missing in captures whose stacks do not say how they end. */
  readonly unwind?: Unwind;
  /** mmap, munmap, mremap and brk were traced, too. */
  readonly mmap?: boolean;
  /** Children of the traced processes were traced, too. */
  readonly followForks?: boolean;
  /** Bytes and milliseconds; `maxSize` null is no limit. */
  readonly filters: {
    readonly minSize: number;
    readonly maxSize: number | null;
    readonly olderMs: number;
  };
  /** When what was unfreed or mapped was noted, in ms from the start, ascending; missing where nobody asked. */
  readonly snapshots?: readonly number[];
  /** How often they should have been taken, in microseconds; missing in captures that do not say. */
  readonly intervalUs?: number;
  /** Missing where every call is recorded; else all weights are estimates. */
  readonly sampling?: Sampling;
  readonly limits: {
    readonly maxFrames: number;
    readonly maxStacks: number;
    /** There with `mode`. */
    readonly maxLive?: number;
    /** There where page faults were traced. */
    readonly maxPages?: number;
  };
}

export interface CaptureProcess {
  readonly pid: number;
  readonly name: string;
  /** Of a child that was followed: the pid of the process that it was forked by. */
  readonly parent?: number;
  readonly command: readonly string[];
  /** Empty where no allocations were traced. */
  readonly allocators: readonly CaptureAllocator[];
  readonly state: 'running' | 'exited';
  /** The fate of a program that was started under trace. */
  readonly exitCode?: number;
  readonly signal?: number;
  readonly execs: number;
  /** Path of what the last exec made of it, where that is known. */
  readonly executable?: string;
  readonly forks: number;
  /** There where page faults were traced. */
  readonly rss?: RssChange;
  /** False where page faults were traced, and nobody could tell which pages are resident. */
  readonly pagemap?: boolean;
}

export interface CaptureAllocator {
  readonly path: string;
  readonly functions: readonly string[];
}

export interface CaptureModule {
  /** As the target sees it, or a name in brackets such as `[vdso]`. */
  readonly path: string;
  readonly buildId?: string;
  /** Tables that its stacks were walked by; missing where nobody asked. */
  readonly unwind?: 'eh_frame' | 'debug_frame' | 'code_cache' | 'none';
  /** The best source of names that was found; missing where no name was looked up. */
  readonly symbols?: 'symtab' | 'debug_file' | 'debugdata' | 'dynsym' | 'jit_map' | 'none';
}

/** `module` is an index into `Capture.modules`. */
export type CaptureFrame = FrameDetails &
  (
    | { readonly kind: 'function'; readonly name: string; readonly module?: number }
    | { readonly kind: 'offset'; readonly module: number; readonly offset: number }
    | { readonly kind: 'address'; readonly address: number }
    | { readonly kind: 'label'; readonly label: string }
  );

/** A stack that allocated. */
export interface CaptureStack extends WalkedStack {
  readonly alloc: Weight;
  /** Both are there in mode `full` and missing in the others. */
  readonly freed?: Weight;
  readonly unfreed?: Weight;
  /** What was unfreed at each of the header's snapshots; missing for nothing at any. */
  readonly unfreedAt?: readonly Weight[];
}

/** What was mapped, what of it was unmapped, and what was not; a call is unmapped when nothing of its range is left. */
export interface MapWeights {
  readonly mmap: Weight;
  readonly munmapped: Weight;
  readonly mapped: Weight;
}

/** A stack that mapped memory. */
export interface MapStack extends WalkedStack, MapWeights {
  /** What was mapped at each of the header's snapshots; missing where nobody noted it. */
  readonly mappedAt?: readonly Weight[];
}

/** Totals, and everything that they do not contain; reasons as in bpf/README.md. */
export interface CaptureEnd {
  /** Nothing where no allocations were traced. */
  readonly alloc: Weight;
  readonly freed?: Weight;
  readonly unfreed?: Weight;
  readonly maps?: MapWeights;
  readonly faults?: FaultCounts;
  readonly lost: readonly Omission[];
  readonly filtered: readonly Omission[];
  readonly notes: readonly Omission[];
}

/** True when the first bytes look like a capture; a dozen of them are enough. */
export function isCapture(firstBytes: Uint8Array): boolean {
  const start = new TextDecoder().decode(firstBytes.subarray(0, 64));
  return /^\s*\{\s*"capture"\s*:/.test(start);
}

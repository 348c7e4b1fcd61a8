import { basename } from 'node:path';

/**
 * The lines of a capture as bpf/README.md specifies them, keys and all: tests of the collector read
 * what it wrote, not what the rest of the program makes of it.
 */
export interface RawCapture {
  readonly header: {
    readonly capture: string;
    readonly unwind?: string;
    readonly limits: { readonly max_frames: number };
    readonly faults?: { readonly source: string };
  };
  readonly processes: readonly RawProcess[];
  readonly modules: readonly RawModule[];
  readonly frames: readonly RawFrame[];
  readonly stacks: readonly RawStack[];
  readonly mappings: readonly {
    readonly process: number;
    readonly kind: string;
    readonly pages: readonly [number, number];
  }[];
  readonly resident: readonly {
    readonly resident: readonly (readonly [number, number, number])[];
    readonly process: number;
    readonly when: string;
  }[];
  readonly faulted: readonly {
    readonly faulted: readonly (readonly [number, number, number, number])[];
    readonly process: number;
  }[];
  readonly end: {
    readonly alloc: readonly [number, number];
    readonly faults?: Readonly<Record<'user' | 'kernel' | 'present', number>>;
    readonly lost: Readonly<Record<string, { readonly calls: number }>>;
    readonly notes: Readonly<Record<string, number>>;
  };
}

export interface RawProcess {
  readonly pid: number;
  readonly state?: string;
  readonly execs?: number;
  readonly rss?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

export interface RawModule {
  readonly path: string;
  readonly unwind?: string;
  readonly symbols?: string;
}

export interface RawFrame {
  readonly name?: string;
  readonly label?: string;
  readonly module?: number;
  readonly offset?: number;
  readonly file?: string;
  readonly line?: number;
  readonly inlined?: boolean;
  readonly jit?: boolean;
}

export interface RawStack {
  readonly process: number;
  /** Root first. */
  readonly frames: readonly number[];
  /** [bytes, calls]; not of a stack of faults. */
  readonly alloc: readonly [number, number];
  readonly faults?: number;
  readonly cut?: boolean;
  readonly walk_end?: string;
  readonly fp_frames?: readonly number[];
}

/** Reads what the collector wrote; throws where a line is no JSON or the end is missing. */
export function parseRawCapture(text: string): RawCapture {
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const all = (kind: string) => lines.filter((line) => Object.keys(line)[0] === kind);
  if (all('end').length !== 1) throw new Error('the capture has no end line');
  return {
    header: lines[0],
    processes: all('process'),
    modules: all('module'),
    frames: all('frame'),
    stacks: all('stack'),
    mappings: all('mapping'),
    resident: all('resident'),
    faulted: all('faulted'),
    end: lines.at(-1).end,
  };
}

/** The stack's frames, root first. */
export function framesOf(capture: RawCapture, stack: RawStack): readonly RawFrame[] {
  return stack.frames.map((frame) => capture.frames[frame]!);
}

/** Their names; one without is `[file]` after its module. */
export function namesOf(capture: RawCapture, stack: RawStack): readonly string[] {
  return framesOf(capture, stack).map((frame) => frame.name ?? `[${moduleFileOf(capture, frame)}]`);
}

/** The last part of its module's path; `?` for a frame in no module. */
export function moduleFileOf(capture: RawCapture, { module }: RawFrame): string {
  return module === undefined ? '?' : basename(capture.modules[module]!.path);
}

/** The one module of that file name. */
export function moduleOf(capture: RawCapture, file: string): RawModule {
  const found = capture.modules.filter(({ path }) => basename(path) === file);
  if (found.length !== 1) throw new Error(`${found.length} modules are called ${file}`);
  return found[0]!;
}

/** Stacks that go through a function of that name. */
export function stacksThrough(capture: RawCapture, name: string): readonly RawStack[] {
  return capture.stacks.filter((stack) => namesOf(capture, stack).includes(name));
}

/** Their calls, or faults. */
export function callsOf(stacks: readonly RawStack[]): number {
  return stacks.reduce((sum, { alloc, faults }) => sum + (faults ?? alloc[1]), 0);
}

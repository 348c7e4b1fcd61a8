import type { Unwind, WalkEnd, Weight } from '../capture/walked-stack.ts';
import { counted, formatShare } from '../units.ts';

/** How far the stacks of a profile reach, in weights of its view. */
export interface StackQuality {
  readonly unwind: Unwind;
  readonly maxFrames: number;
  readonly total: Weight;
  /** Of stacks that reach the start of their thread or process. */
  readonly complete: Weight;
  /** Of stacks with frames that were found by frame pointer. */
  readonly framePointers: Weight;
  /** Why the others end, worst first. With `complete` they add up to `total`. */
  readonly stops: readonly StackStop[];
  /** Code without a name is told by its place, which is no name, but tells it apart. */
  readonly addresses?: boolean;
  /** Modules that many stacks go through without a name, worst first. */
  readonly nameless: readonly NamelessModule[];
}

export interface StackStop {
  /** `no_stack`: there is only a remark in its place. */
  readonly reason: WalkEnd | 'no_stack';
  /** Base name of the file, or name in brackets, of the outermost code that is known. Hostile. */
  readonly module?: string;
  /** The module has unwind information for other code. */
  readonly partly?: boolean;
  /** Of a process that became another program while traced, whose code is known only after it has begun. */
  readonly replaced?: boolean;
  readonly weight: Weight;
}

export interface NamelessModule {
  readonly module: string;
  readonly buildId?: string;
  readonly symbols: 'none' | 'dynsym';
  /** Of stacks with frames in it that have no name. */
  readonly weight: Weight;
}

const mostLines = 3;
/** What is less of bytes and of calls is not worth a word. */
const least = 0.001;
const mostFrames = 512;

/** `stacks: 97.3% of bytes, 99.1% of calls complete`; nothing where nobody knows, or nothing was recorded. */
export function qualityLines(quality: StackQuality | undefined): string[] {
  if (quality === undefined || quality.total.calls === 0) return [];
  const { total, complete, framePointers, unwind } = quality;
  const words = `stacks: ${shares(complete, total)} complete`;
  if (unwind === 'fp') return [`${words}, as far as frame pointers tell`];
  if (!isShare(framePointers, total, least)) return [words];
  return [`${words}; ${shares(framePointers, total)} partly by frame pointer`];
}

/**
 * A line for each of the worst problems, with what would help; none for what is next to nothing, and
 * for stacks that there was no room for, which are said as lost.
 */
export function qualityProblems(quality: StackQuality | undefined): string[] {
  if (quality === undefined) return [];
  const { total, stops, nameless } = quality;
  const notable = stops.filter(
    ({ reason, weight }) => reason !== 'no_stack' && isShare(weight, total, least),
  );
  return [
    ...notable.slice(0, mostLines).map((stop) => stopLine(stop, quality)),
    ...restLine(notable.slice(mostLines), total),
    ...nameless.slice(0, mostLines).map((each) => namelessLine(each, quality)),
    ...(nameless.length > mostLines
      ? [`names: ${counted(nameless.length - mostLines, 'more module')} without names`]
      : []),
  ];
}

/** Whether `part` is at least that share of the bytes or of the calls. */
export function isShare(part: Weight, total: Weight, share: number): boolean {
  const ofBytes = total.bytes > 0 && part.bytes >= share * total.bytes;
  return ofBytes || part.calls >= share * total.calls;
}

/** "97.3%" where bytes and calls agree, and "97.3% of bytes, 99.1% of calls" where they do not. */
function shares(part: Weight, total: Weight): string {
  const ofCalls = formatShare(part.calls, total.calls);
  const ofBytes = total.bytes > 0 ? formatShare(part.bytes, total.bytes) : ofCalls;
  return ofBytes === ofCalls ? ofCalls : `${ofBytes} of bytes, ${ofCalls} of calls`;
}

function stopLine(stop: StackStop, quality: StackQuality): string {
  const share = `stacks: ${shares(stop.weight, quality.total)}`;
  if (stop.reason === 'cut') return `${share} cut at ${cutWords(quality)}`;
  const kind = kindOf(stop, quality);
  const { where, why } = stopWords[kind];
  const module = stop.module ?? 'unknown code';
  return `${share} stop ${where} ${module}, ${why}: ${adviceFor(kind, module, quality)}`;
}

function cutWords({ maxFrames }: StackQuality): string {
  const frames = counted(maxFrames, 'frame');
  return maxFrames < mostFrames ? `${frames}: --max-frames ${mostFrames} keeps more` : frames;
}

type StopKind = Exclude<WalkEnd, 'cut'> | 'gap' | 'no_frame_pointer' | 'replaced';

interface StopWords {
  readonly where: string;
  readonly why: string;
  readonly advice: string;
}

const stopWords: Readonly<Record<StopKind, StopWords>> = {
  no_unwind_info: {
    where: 'in',
    why: 'which has no unwind information',
    advice: 'install its debug package, or pass --debug-dir',
  },
  gap: {
    where: 'in',
    why: 'at code without unwind information',
    advice: 'assembly and the like need frame pointers',
  },
  no_frame_pointer: {
    where: 'in',
    why: 'which keeps no frame pointer',
    advice: '--unwind auto walks by unwind information',
  },
  unsupported: {
    where: 'in',
    why: 'whose unwind information is not understood',
    advice: 'try --unwind fp',
  },
  no_mapping: {
    where: 'beyond',
    why: 'in no known code',
    advice: 'build it with frame pointers, or trace again if it was just loaded',
  },
  replaced: {
    where: 'beyond',
    why: 'in no known code, of a process that replaced itself by another program',
    advice: 'trace that program itself, with -c',
  },
  unreadable: {
    where: 'beyond',
    why: 'where the stack could not be read',
    advice: 'build it with frame pointers, unless the stack was swapped out',
  },
};

function kindOf({ reason, partly, replaced }: StackStop, { unwind }: StackQuality): StopKind {
  if (replaced) return 'replaced';
  if (reason !== 'no_unwind_info') return reason as StopKind;
  if (unwind === 'fp') return 'no_frame_pointer';
  return partly ? 'gap' : reason;
}

function adviceFor(kind: StopKind, module: string, { unwind }: StackQuality): string {
  if (module === '[anon]')
    return 'let its JIT compiler keep frame pointers (java: -XX:+PreserveFramePointer)';
  if (module === '[uprobes]')
    return 'a probe has displaced the code that ran; memstacks pgfault, of page faults alone, has no probes there';
  if (unwind === 'fp') return stopWords.no_frame_pointer.advice;
  const { advice } = stopWords[kind];
  const hasOtherWay = unwind === 'dwarf' && (kind === 'gap' || kind === 'no_unwind_info');
  return hasOtherWay ? `${advice}; --unwind auto tries frame pointers` : advice;
}

function restLine(rest: readonly StackStop[], total: Weight): string[] {
  if (rest.length === 0) return [];
  const sum = { bytes: 0, calls: 0 };
  for (const { weight } of rest) {
    sum.bytes += weight.bytes;
    sum.calls += weight.calls;
  }
  return [`stacks: ${shares(sum, total)} end for ${counted(rest.length, 'other reason')}`];
}

function namelessLine(each: NamelessModule, { total, addresses }: StackQuality): string {
  const { module, buildId, symbols, weight } = each;
  const through = `names: ${shares(weight, total)} go through ${module}`;
  if (module === '[anon]')
    return `${through}, code without names: let a JIT write /tmp/perf-PID.map (node --perf-basic-prof, jcmd PID Compiler.perfmap, python -X perf)`;
  const has = symbols === 'none' ? 'which has no names' : 'which names only what it exports';
  const id = buildId === undefined ? '' : ` (build id ${buildId})`;
  const apart = addresses ? '' : '; until then --addresses tells places in it apart';
  return `${through}, ${has}: install its -dbgsym package, or pass --debug-dir${id}${apart}`;
}

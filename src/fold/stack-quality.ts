import { framesOf } from '../capture/paths.ts';
import type { WalkedStack, Weight } from '../capture/walked-stack.ts';
import type { Capture, CaptureModule } from '../capture.ts';
import {
  isShare,
  type NamelessModule,
  type StackQuality,
  type StackStop,
} from '../profile/stack-quality.ts';
import { baseName } from './frame-names.ts';
import type { HeapView } from './heap-weight.ts';
import { weightIn } from './heap-weight.ts';
import { isNameMissed, marksOf, pathMarks } from './path-marks.ts';

/** Below this share of bytes and of calls nobody misses the names of a module. */
const notable = 0.05;
/** Nobody misses fewer than so many names of a file that has others. */
const fewPlaces = 3;

/** A stack, and what it weighs in a view. */
export interface WeighedStack {
  readonly stack: WalkedStack;
  readonly weight: Weight;
}

/** How far the stacks reach that have a weight in the view; undefined for a capture that does not say. */
export function stackQuality(capture: Capture, view: HeapView): StackQuality | undefined {
  return qualityOf(capture, weighedHeap(capture, view));
}

/** The stacks that allocated. */
export function* weighedHeap({ stacks }: Capture, view: HeapView): Generator<WeighedStack> {
  for (const stack of stacks) yield { stack, weight: weightIn(stack, view) };
}

/** Likewise, of any stacks of the capture. */
export function qualityOf(
  capture: Capture,
  stacks: Iterable<WeighedStack>,
): StackQuality | undefined {
  const { unwind, limits } = capture.header;
  if (unwind === undefined) return undefined;
  const tally: Tally = {
    total: { bytes: 0, calls: 0 },
    complete: { bytes: 0, calls: 0 },
    framePointers: { bytes: 0, calls: 0 },
    stops: new Map(),
    unnamed: new Map(),
  };
  const marks = marksOf(capture);
  for (const { stack, weight } of stacks)
    if (weight.bytes > 0 || weight.calls > 0) count(stack, weight, { tally, capture, marks });
  const { total, complete, framePointers } = tally;
  const stops = [...tally.stops.values()].sort(worstFirst);
  const nameless = namelessModules(tally, capture);
  return { unwind, maxFrames: limits.maxFrames, total, complete, framePointers, stops, nameless };
}

interface Sum {
  bytes: number;
  calls: number;
}

interface Tally {
  readonly total: Sum;
  readonly complete: Sum;
  readonly framePointers: Sum;
  readonly stops: Map<string, StackStop & { readonly weight: Sum }>;
  /** By number of the module. */
  readonly unnamed: Map<number, Unnamed>;
}

interface Unnamed {
  /** Of the stacks with such frames. */
  readonly weight: Sum;
  readonly frames: Set<number>;
}

interface Counting {
  readonly tally: Tally;
  readonly capture: Capture;
  readonly marks: Uint8Array;
}

function count(stack: WalkedStack, weight: Weight, { tally, capture, marks }: Counting): void {
  add(tally.total, weight);
  if (stack.fpFrames?.length) add(tally.framePointers, weight);
  const mark = marks[stack.path]!;
  const stop = mark & pathMarks.noStack ? noStack : stopOf(stack, capture);
  if (stop === undefined) add(tally.complete, weight);
  else add(entryOf(tally.stops, keyOf(stop), () => withSum(stop)).weight, weight);
  if ((mark & pathMarks.nameMissed) === 0) return;
  for (const [module, frames] of unnamedIn(stack, capture)) {
    const unnamed = entryOf(tally.unnamed, module, () => withSum({ frames: new Set<number>() }));
    add(unnamed.weight, weight);
    for (const frame of frames) unnamed.frames.add(frame);
  }
}

const noStack = { reason: 'no_stack' } as const;

function withSum<T extends object>(fields: T): T & { readonly weight: Sum } {
  return { ...fields, weight: { bytes: 0, calls: 0 } };
}

function add(sum: Sum, { bytes, calls }: Weight): void {
  sum.bytes += bytes;
  sum.calls += calls;
}

function entryOf<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key);
  if (known !== undefined) return known;
  const fresh = make();
  map.set(key, fresh);
  return fresh;
}

/** Why a stack ends early, and the module of the outermost code that is known; undefined for a complete one. */
function stopOf(
  { path, process, walkEnd: end }: WalkedStack,
  capture: Capture,
): Omit<StackStop, 'weight'> | undefined {
  if (end === undefined || end === 'cut') return end && { reason: end };
  for (const number of framesOf(capture.paths, path)) {
    const frame = capture.frames[number]!;
    if (!('module' in frame)) continue;
    const module = capture.modules[frame.module!]!;
    const partly = end === 'no_unwind_info' && (module.unwind ?? 'none') !== 'none';
    const replaced = end === 'no_mapping' && capture.processes[process]!.execs > 0;
    const kind = { ...(partly && { partly }), ...(replaced && { replaced }) };
    return { reason: end, module: baseName(module), ...kind };
  }
  return { reason: end };
}

/** Frames of the stack whose name somebody could miss, by number of the module. */
function unnamedIn({ path }: WalkedStack, capture: Capture): Map<number, number[]> {
  const modules = new Map<number, number[]>();
  framesOf(capture.paths, path).forEach((number, place) => {
    const frame = capture.frames[number]!;
    if (frame.kind === 'offset' && isNameMissed(capture, number, place))
      entryOf<number, number[]>(modules, frame.module, () => []).push(number);
  });
  return modules;
}

function namelessModules({ unnamed, total }: Tally, { modules }: Capture): NamelessModule[] {
  const found: NamelessModule[] = [];
  for (const [number, { weight, frames }] of unnamed) {
    const module = modules[number]!;
    const isMuch = module.symbols === 'none' || frames.size >= fewPlaces;
    if (isMuch && isShare(weight, total, notable) && canBeNamed(module))
      found.push(namelessModule(module, weight));
  }
  return found.sort(worstFirst);
}

/** A file, or what JIT compilers make; the rest of what is in brackets has no debug package. */
function canBeNamed({ path }: CaptureModule): boolean {
  return path === '[anon]' || !path.startsWith('[');
}

function namelessModule(module: CaptureModule, weight: Weight): NamelessModule {
  return {
    module: baseName(module),
    ...(module.buildId !== undefined && { buildId: module.buildId }),
    symbols: module.symbols === 'none' ? 'none' : 'dynsym',
    weight,
  };
}

interface Keyed {
  readonly module?: string;
  readonly reason?: string;
  readonly replaced?: boolean;
}

type Weighed = Keyed & { readonly weight: Weight };

function worstFirst(a: Weighed, b: Weighed): number {
  const bytes = b.weight.bytes - a.weight.bytes;
  return bytes || b.weight.calls - a.weight.calls || (keyOf(a) < keyOf(b) ? -1 : 1);
}

function keyOf({ module = '', reason = '', replaced = false }: Keyed): string {
  return `${module} ${reason} ${replaced}`;
}

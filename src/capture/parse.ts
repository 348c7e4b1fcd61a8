import type {
  Capture,
  CaptureAllocator,
  CaptureEnd,
  CaptureFrame,
  CaptureHeader,
  CaptureKind,
  CaptureMode,
  CaptureModule,
  CaptureProcess,
  CaptureStack,
  MapStack,
  MapWeights,
  Sampling,
} from '../capture.ts';
import { UserError } from '../errors.ts';
import type { FrameDetails } from '../frame.ts';
import type { Omission } from '../omission.ts';
import type { FaultStack } from './faults.ts';
import {
  type CaptureLine,
  count,
  counts,
  flag,
  has,
  malformed,
  nested,
  objects,
  oneOf,
  places,
  reference,
  references,
  rows,
  text,
  texts,
  weight,
} from './line.ts';
import { parseFaultCounts, parseRssChange } from './parse-faults.ts';
import type { PathTable } from './paths.ts';
import { originOf, type WalkEnd, type WalkedStack, type Weight, walkEnds } from './walked-stack.ts';

const version = 1;

/** The first line. Throws a UserError when it is not the header of a capture that we read. */
export function parseHeader(line: CaptureLine): CaptureHeader {
  if (!has(line, 'capture')) throw new UserError('this is not a capture: it begins otherwise');
  const kind = oneOf(line, 'capture', captureKinds);
  const itsVersion = count(line, 'version');
  if (itsVersion !== version)
    throw new UserError(
      `the capture has format version ${itsVersion}, this memstacks reads version ${version}: ` +
        'use the memstacks that wrote it',
    );
  return {
    kind,
    tool: text(line, 'tool'),
    host: text(line, 'host'),
    kernel: text(line, 'kernel'),
    machine: text(line, 'machine'),
    pageSize: pageSize(line),
    start: text(line, 'start'),
    end: text(line, 'end'),
    durationMs: count(line, 'duration_ms'),
    stop: oneOf(line, 'stop', ['duration', 'interrupted', 'exited', 'rate']),
    ...(has(line, 'unwind') && { unwind: oneOf(line, 'unwind', ['auto', 'dwarf', 'fp']) }),
    ...(flag(line, 'mmap') && { mmap: true }),
    ...(flag(line, 'follow_forks') && { followForks: true }),
    ...(kind === 'faults' ? { filters: noFilters } : parseHeapHeader(line)),
    limits: parseLimits(nested(line, 'limits'), kind),
  };
}

const captureKinds: readonly CaptureKind[] = ['heap', 'faults', 'incident'];

/** Throws where it is none: what follows divides by it, and takes it for a power of 2. */
function pageSize(line: CaptureLine): number {
  const bytes = count(line, 'page_size');
  if (bytes >= 512 && bytes <= 2 ** 30 && Number.isInteger(Math.log2(bytes))) return bytes;
  throw malformed(line, '"page_size" must be a power of 2 from 512 to 2^30');
}

const noFilters = { minSize: 0, maxSize: null, olderMs: 0 };

type HeapHeader = Pick<CaptureHeader, 'mode' | 'filters' | 'snapshots' | 'intervalUs' | 'sampling'>;

function parseHeapHeader(line: CaptureLine): HeapHeader {
  return {
    mode: oneOf(line, 'mode', ['full', 'alloc', 'entry']),
    filters: parseFilters(nested(line, 'filters')),
    ...(has(line, 'snapshots') && { snapshots: counts(line, 'snapshots') }),
    ...(has(line, 'interval_us') && { intervalUs: count(line, 'interval_us') }),
    ...(has(line, 'sampling') && { sampling: parseSampling(nested(line, 'sampling')) }),
  };
}

function parseFilters(line: CaptureLine): CaptureHeader['filters'] {
  return {
    minSize: count(line, 'min_size'),
    maxSize: line.fields.max_size === null ? null : count(line, 'max_size'),
    olderMs: count(line, 'older_ms'),
  };
}

function parseSampling(line: CaptureLine): Sampling {
  return has(line, 'calls') ? { calls: count(line, 'calls') } : { bytes: count(line, 'bytes') };
}

function parseLimits(line: CaptureLine, kind: CaptureKind): CaptureHeader['limits'] {
  return {
    maxFrames: count(line, 'max_frames'),
    maxStacks: count(line, 'max_stacks'),
    ...(kind !== 'faults' && { maxLive: count(line, 'max_live') }),
    ...(kind !== 'heap' && { maxPages: count(line, 'max_pages') }),
  };
}

/** A process line. */
export function parseProcess(line: CaptureLine): CaptureProcess {
  return {
    pid: count(line, 'pid'),
    name: text(line, 'name'),
    ...(has(line, 'parent') && { parent: count(line, 'parent') }),
    command: texts(line, 'command'),
    allocators: has(line, 'allocators') ? objects(line, 'allocators').map(parseAllocator) : [],
    state: oneOf(line, 'state', ['running', 'exited']),
    ...(has(line, 'exit_code') && { exitCode: count(line, 'exit_code') }),
    ...(has(line, 'signal') && { signal: count(line, 'signal') }),
    execs: count(line, 'execs'),
    ...(has(line, 'executable') && { executable: text(line, 'executable') }),
    forks: count(line, 'forks'),
    ...(has(line, 'rss') && { rss: parseRssChange(nested(line, 'rss')) }),
    ...(has(line, 'pagemap') && { pagemap: flag(line, 'pagemap') }),
  };
}

function parseAllocator(line: CaptureLine): CaptureAllocator {
  return { path: text(line, 'path'), functions: texts(line, 'functions') };
}

/** A module line. */
export function parseModule(line: CaptureLine): CaptureModule {
  return {
    path: text(line, 'path'),
    ...(has(line, 'build_id') && { buildId: text(line, 'build_id') }),
    ...(has(line, 'unwind') && { unwind: oneOf(line, 'unwind', unwindTables) }),
    ...(has(line, 'symbols') && { symbols: oneOf(line, 'symbols', symbolSources) }),
  };
}

const unwindTables = ['eh_frame', 'debug_frame', 'code_cache', 'none'] as const;
const symbolSources = ['symtab', 'debug_file', 'debugdata', 'dynsym', 'jit_map', 'none'] as const;

/** A frame line; its module must be defined. */
export function parseFrame(line: CaptureLine, modules: readonly CaptureModule[]): CaptureFrame {
  const details = parseDetails(line);
  const module = has(line, 'module') ? { module: reference(line, 'module', modules) } : {};
  if (has(line, 'name'))
    return { kind: 'function', name: text(line, 'name'), ...module, ...details };
  if (has(line, 'label')) return { kind: 'label', label: text(line, 'label') };
  if (has(line, 'address')) return { kind: 'address', address: count(line, 'address'), ...details };
  if (module.module === undefined)
    throw malformed(line, 'a frame needs a name, a label, an address, or a module and an offset');
  return { kind: 'offset', module: module.module, offset: count(line, 'offset'), ...details };
}

/** Line 0 is how DWARF says that the code has no line. */
function parseDetails(line: CaptureLine): FrameDetails {
  const number = has(line, 'line') ? count(line, 'line') : 0;
  return {
    ...(has(line, 'file') && { file: text(line, 'file') }),
    ...(number > 0 && { line: number }),
    ...(flag(line, 'kernel') && { kernel: true }),
    ...(flag(line, 'inlined') && { inlined: true }),
    ...(flag(line, 'jit') && { jit: true }),
  };
}

/** What a stack may refer to, and where its frames go. */
export interface Known extends Pick<Capture, 'header' | 'processes' | 'frames'> {
  readonly paths: PathTable;
}

/** A stack that allocated. Throws a UserError where it refers to what `known` does not hold. */
export function parseStack(line: CaptureLine, known: Known): CaptureStack {
  const { mode } = known.header;
  if (mode === undefined) throw malformed(line, 'no allocations were traced, so it needs "faults"');
  return {
    ...parseWalk(line, known),
    ...parseWeights(line, mode),
    ...(has(line, 'unfreed_at') && { unfreedAt: weightsAt(line, 'unfreed_at', known) }),
  };
}

/** A weight for each of the snapshots. */
function weightsAt(line: CaptureLine, key: string, { header }: Known): readonly Weight[] {
  const weights = rows(line, key, 2).map(([bytes, calls]) => ({ bytes: bytes!, calls: calls! }));
  const snapshots = header.snapshots?.length ?? 0;
  if (weights.length === snapshots) return weights;
  throw malformed(line, `"${key}" must have ${snapshots} weights, one a snapshot`);
}

/** A stack that took page faults; likewise. */
export function parseFaultStack(line: CaptureLine, known: Known): FaultStack {
  return { ...parseWalk(line, known), faults: count(line, 'faults') };
}

/** A stack that mapped memory; likewise. */
export function parseMapStack(line: CaptureLine, known: Known): MapStack {
  return {
    ...parseWalk(line, known),
    ...parseMapWeights(line),
    ...(has(line, 'mapped_at') && { mappedAt: weightsAt(line, 'mapped_at', known) }),
  };
}

function parseMapWeights(line: CaptureLine): MapWeights {
  return {
    mmap: weight(line, 'mmap'),
    munmapped: weight(line, 'munmapped'),
    mapped: weight(line, 'mapped'),
  };
}

function parseWalk(line: CaptureLine, known: Known): WalkedStack {
  const frames = references(line, 'frames', known.frames);
  const walkEnd = parseWalkEnd(line);
  const process = reference(line, 'process', known.processes);
  return {
    process,
    path: known.paths.enter(originOf(process, walkEnd), frames),
    ...(walkEnd && { walkEnd }),
    ...(has(line, 'fp_frames') && { fpFrames: places(line, 'fp_frames', frames.length) }),
  };
}

/** Older captures have `cut` alone. */
function parseWalkEnd(line: CaptureLine): WalkEnd | undefined {
  const isCut = flag(line, 'cut');
  if (has(line, 'walk_end')) return oneOf(line, 'walk_end', walkEnds);
  return isCut ? 'cut' : undefined;
}

/** The end line: totals, and what they do not contain. */
export function parseEnd(line: CaptureLine, { kind, mode, mmap }: CaptureHeader): CaptureEnd {
  const end = nested(line, 'end');
  return {
    ...(mode ? parseWeights(end, mode) : { alloc: { bytes: 0, calls: 0 } }),
    ...(mmap && { maps: parseMapWeights(end) }),
    ...(kind !== 'heap' && { faults: parseFaultCounts(nested(end, 'faults')) }),
    lost: parseOmissions(nested(end, 'lost'), kind),
    filtered: parseOmissions(nested(end, 'filtered'), 'heap'),
    notes: parseNotes(nested(end, 'notes')),
  };
}

function parseWeights(
  line: CaptureLine,
  mode: CaptureMode,
): { alloc: Weight; freed?: Weight; unfreed?: Weight } {
  const alloc = weight(line, 'alloc');
  if (mode !== 'full') return { alloc };
  return { alloc, freed: weight(line, 'freed'), unfreed: weight(line, 'unfreed') };
}

function parseOmissions(line: CaptureLine, kind: CaptureKind): readonly Omission[] {
  return Object.keys(line.fields).map((reason) => {
    const omitted = nested(line, reason);
    const noun = reason === 'page_table_full' ? 'fault' : nounOf[kind];
    return {
      reason,
      calls: count(omitted, 'calls'),
      ...(noun && { noun }),
      ...(has(omitted, 'bytes') && { bytes: count(omitted, 'bytes') }),
    };
  });
}

/** What the helper counts under the same reasons. */
const nounOf = { heap: undefined, faults: 'fault', incident: 'event' } as const;

function parseNotes(line: CaptureLine): readonly Omission[] {
  return Object.keys(line.fields).map((reason) => ({ reason, calls: count(line, reason) }));
}

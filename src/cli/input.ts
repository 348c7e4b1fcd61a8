import { createReadStream } from 'node:fs';
import { isCapture } from '../capture.ts';
import { readCapture } from '../capture-reader.ts';
import { type CollapsedInput, readCollapsed } from '../collapsed-reader.ts';
import { UserError } from '../errors.ts';
import { foldHeap } from '../fold/heap.ts';
import type { HeapView } from '../fold/heap-metadata.ts';
import type { FrameChoice } from '../fold/stack-tree.ts';
import type { Profile, Unit } from '../profile.ts';
import { single } from './numbers.ts';
import { systemReason } from './system-error.ts';

export const views: readonly HeapView[] = ['all', 'unfreed'];

/** The view that an option names. Throws a UserError when it was given more than once. */
export function viewOf(value: string | readonly string[] | undefined): HeapView | undefined {
  const name = single(value, '--view');
  return views.find((view) => view === name);
}

export interface InputOptions {
  /** Of a capture. Default: unfreed where the capture has frees. */
  readonly view: HeapView | undefined;
  /** Of a capture. */
  readonly frames: FrameChoice;
  /** Of collapsed stacks, which do not say what they count. */
  readonly unit: Unit;
}

export interface Input {
  readonly profile: Profile;
  /** Lines that were not understood. */
  readonly warnings: readonly string[];
}

type Bytes = AsyncIterable<Uint8Array>;

/**
 * Reads a capture or collapsed stacks, gzipped or not, from a file; from stdin without a
 * path. Throws a UserError for what cannot be read.
 */
export async function readInput(path: string | undefined, options: InputOptions): Promise<Input> {
  // yargs hands a `-` over as an empty text.
  const name = path || 'stdin';
  if (!path && process.stdin.isTTY)
    throw new UserError('name a file to read, or pipe one in; see --help', 2);
  try {
    const file = path ? createReadStream(path) : process.stdin;
    const cut: string[] = [];
    const bytes = await unzipped(file, () => cut.push(`${name}: the gzip data ends early`));
    const { profile, warnings } = await parse(bytes, name, options);
    return { profile, warnings: [...cut, ...warnings] };
  } catch (error) {
    throw unreadable(name, error);
  }
}

async function parse(bytes: Bytes, name: string, options: InputOptions): Promise<Input> {
  const { view, frames, unit } = options;
  const { first, all } = await peek(bytes);
  if (isCapture(first)) {
    const capture = await readCapture(all);
    const natural = capture.header.mode === 'full' ? 'unfreed' : 'all';
    return { profile: foldHeap(capture, view ?? natural, frames), warnings: [] };
  }
  refuseForCollapsed(options);
  const input = await readCollapsed(all, { unit, column: unit === 'count' ? 'samples' : unit });
  return { profile: input.profile, warnings: skippedLines(input, name) };
}

function refuseForCollapsed({ view, frames }: InputOptions): void {
  if (view) throw new UserError('--view needs a capture: collapsed stacks are of one view', 2);
  if (frames.addresses)
    throw new UserError('--addresses needs a capture: collapsed stacks have names only', 2);
  if (frames.hideAllocator)
    throw new UserError(
      '--hide-allocator needs a capture: collapsed stacks do not tell the allocator',
      2,
    );
}

function skippedLines({ skipped, skippedLines }: CollapsedInput, name: string): string[] {
  const lines = skipped.map(({ line, why, text }) => `${name}:${line}: skipped: ${why}: ${text}`);
  const more = skippedLines - skipped.length;
  return more > 0 ? [...lines, `${name}: ${more} more lines skipped`] : lines;
}

async function unzipped(bytes: Bytes, onCut: () => void): Promise<Bytes> {
  const { first, all } = await peek(bytes);
  const isPacked = first[0] === 0x1f && first[1] === 0x8b;
  return isPacked ? (await import('./gunzip.ts')).gunzipped(all, onCut) : all;
}

/** The first bytes, enough to tell formats apart, and everything with these bytes again. */
async function peek(bytes: Bytes): Promise<{ first: Uint8Array; all: Bytes }> {
  const iterator = bytes[Symbol.asyncIterator]();
  let first = Buffer.alloc(0);
  let ended = false;
  while (!ended && first.length < 64) {
    const next = await iterator.next();
    ended = next.done === true;
    if (!next.done) first = Buffer.concat([first, next.value]);
  }
  return { first, all: joined(first, iterator) };
}

async function* joined(
  first: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first;
  yield* { [Symbol.asyncIterator]: () => rest };
}

function unreadable(name: string, error: unknown): unknown {
  if (error instanceof UserError)
    return new UserError(`${name}: ${error.message}`, error.exitCode, { cause: error });
  const isZlib = error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
  const reason = isZlib ? `broken gzip data: ${error.message}` : systemReason(error);
  return reason ? new UserError(`cannot read ${name}: ${reason}`, 1, { cause: error }) : error;
}

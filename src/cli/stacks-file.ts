import { readSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { PartReader } from '../collapsed/part-reader.ts';
import { type CollapsedColumn, type CollapsedInput, collapsedInput } from '../collapsed/reader.ts';
import type { RegularFile } from './regular-file.ts';
import { readSection } from './stacks-section.ts';

/** How many threads there are at most, and how much a file must have for each. */
export interface Threads {
  readonly most: number;
  readonly bytes: number;
}

const lineFeed = 10;
const megabyte = 1024 * 1024;

/** Each thread has a tree of its own, and takes as long to start as 16 MiB take to be read. */
function usualThreads(): Threads {
  return { most: Math.min(4, availableParallelism()), bytes: 16 * megabyte };
}

/**
 * Reads collapsed stacks from a file as `readCollapsed` does; a large file in sections, each by a
 * thread of its own. The result is the same to the last bit, however many there are.
 */
export async function readStacksFile(
  file: RegularFile,
  column: CollapsedColumn = {},
  threads: Threads = usualThreads(),
): Promise<CollapsedInput> {
  const { fd, start } = file;
  const reader = new PartReader(true);
  // The first lines tell whether the file has to be read in one piece.
  const to = start + Math.min(megabyte, threads.bytes);
  const begun = readSection(reader, { fd, from: start, to });
  const borders = reader.mayBeDifferential ? [] : bordersIn(file, begun, threads);
  // Files grow: the last section goes on to where the file ends then.
  const ends = [...borders, Number.MAX_SAFE_INTEGER];
  const [own, ...others] = [begun, ...borders].map((from, i) => ({ fd, from, to: ends[i]! }));
  if (others.length === 0) readSection(reader, own!);
  else await (await import('./stacks-threads.ts')).readTogether(reader, own!, others);
  return collapsedInput(reader.finish(), column);
}

/**
 * Where all sections but the first begin: behind line feeds. The first is longer than the others by what
 * is read until their threads have started.
 */
function bordersIn({ fd, end }: RegularFile, from: number, { most, bytes }: Threads): number[] {
  const sections = Math.min(most, Math.floor((end - from) / bytes));
  const length = Math.floor((end - from - bytes) / sections);
  const borders: number[] = [];
  for (let left = sections - 1; left > 0; left--) {
    const border = behindLineFeed(fd, end - left * length);
    if (border < end && border !== borders.at(-1)) borders.push(border);
  }
  return borders;
}

/** Where a line begins, at `place` or behind it; the end of the file if there is none. */
function behindLineFeed(fd: number, place: number): number {
  const piece = new Uint8Array(65_536);
  for (let at = place - 1; ; ) {
    const count = readSync(fd, piece, 0, piece.length, at);
    if (count === 0) return at;
    const found = piece.subarray(0, count).indexOf(lineFeed);
    if (found >= 0) return at + found + 1;
    at += count;
  }
}

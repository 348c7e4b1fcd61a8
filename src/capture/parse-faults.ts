import {
  type CaptureMapping,
  type FaultCounts,
  mappingKinds,
  type Rss,
  type RssChange,
} from './faults.ts';
import { type CaptureLine, count, has, malformed, nested, oneOf, row, rows, text } from './line.ts';
import type { FaultRunTable, PageRunTable } from './page-runs.ts';

/** Resident set sizes before and after. */
export function parseRssChange(line: CaptureLine): RssChange {
  return {
    ...(has(line, 'before') && { before: parseRss(nested(line, 'before')) }),
    ...(has(line, 'after') && { after: parseRss(nested(line, 'after')) }),
  };
}

function parseRss(line: CaptureLine): Rss {
  return {
    anon: count(line, 'anon'),
    file: count(line, 'file'),
    shmem: count(line, 'shmem'),
    swap: count(line, 'swap'),
  };
}

/** What the end line says of faults. */
export function parseFaultCounts(line: CaptureLine): FaultCounts {
  return {
    user: count(line, 'user'),
    kernel: count(line, 'kernel'),
    present: count(line, 'present'),
  };
}

/** A mapping line; it must lie behind the mapping before. */
export function parseMapping(
  line: CaptureLine,
  before: CaptureMapping | undefined,
): CaptureMapping {
  return {
    ...checkedRun(row(line, 'pages', 2), line, before ? before.first + before.count : 0),
    perms: text(line, 'perms'),
    kind: oneOf(line, 'kind', mappingKinds),
    path: text(line, 'path'),
  };
}

const mostPageBits = 63;

/** Adds what a line says of pages in the page table. */
export function takeResident(line: CaptureLine, into: PageRunTable): void {
  for (const row of rows(line, 'resident', 3)) {
    const { first, count } = checkedRun(row, line, into.end);
    into.add(first, count, atMost(row[2]!, mostPageBits, line));
  }
}

/** @param places of a stack's number among the stacks that took faults; -1 for any other stack */
export function takeFaulted(
  line: CaptureLine,
  into: FaultRunTable,
  places: readonly number[],
): void {
  for (const row of rows(line, 'faulted', 4)) {
    const run = checkedRun(row, line, into.end);
    const place = places[row[2]!] ?? -1;
    if (place < 0) throw malformed(line, '"faulted" refers to a stack that took no faults');
    into.add(run, atMost(row[3]!, 2, line), place);
  }
}

function checkedRun(
  [first, count]: readonly number[],
  line: CaptureLine,
  least: number,
): { first: number; count: number } {
  if (first! < least) throw malformed(line, 'its pages must lie behind those before, ascending');
  if (count! < 1 || !Number.isSafeInteger(first! + count!))
    throw malformed(line, 'a run of pages must have at least one, and end below 2^53');
  return { first: first!, count: count! };
}

function atMost(value: number, most: number, line: CaptureLine): number {
  if (value > most) throw malformed(line, `what pages are must be a number from 0 to ${most}`);
  return value;
}

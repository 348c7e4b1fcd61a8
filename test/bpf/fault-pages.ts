import { namesOf, type RawCapture } from './raw-capture.ts';
import type { Sample } from './sample.ts';

/** What faults.c says of itself; samples/README.md. */
export interface PageTruth {
  /** Pages that became resident without a fault. */
  readonly nobody: number;
  readonly sites: Readonly<Record<string, { readonly kind: string; readonly pages: number }>>;
}

export async function pageTruthOf(sample: Sample): Promise<PageTruth> {
  return JSON.parse(await sample.line());
}

const FILE = 1;
const SWAPPED = 2;
const ZERO = 4;
const HUGE = 8;
const SHMEM = 16;
const SPLIT = 32;
const PAGES_IN_HUGE = 512;

/** One page that the resident set size counts, and that it did not count as the same kind before. */
export interface GrownPage {
  readonly page: number;
  readonly kind: 'anon' | 'file' | 'shmem';
  /** Number of the stack; undefined: nobody's. */
  readonly stack: number | undefined;
}

/** Each page that a process has at one end, with what it is. */
export function residentPages(
  capture: RawCapture,
  process: number,
  when: 'start' | 'end',
): Map<number, number> {
  const pages = new Map<number, number>();
  for (const line of capture.resident)
    if (line.process === process && line.when === when)
      for (const [first, count, what] of line.resident)
        for (let i = 0; i < count; i++) pages.set(first + i, what);
  return pages;
}

/** Pages of the resident set size. */
export function countedPages(pages: ReadonlyMap<number, number>): number {
  return [...pages.values()].filter((what) => (what & (SWAPPED | ZERO)) === 0).length;
}

/** The pages that a process has grown by. Every page is at most once in `faulted`. */
export function grownPages(capture: RawCapture, process: number): GrownPage[] {
  const before = residentPages(capture, process, 'start');
  const owners = ownersOf(capture, process);
  return [...residentPages(capture, process, 'end')]
    .filter(([page, what]) => isCounted(what) && !isSame(what, before.get(page)))
    .map(([page, what]) => ({ page, kind: kindOf(what), stack: ownerOf(owners, page, what) }));
}

function isCounted(what: number): boolean {
  return (what & (SWAPPED | ZERO)) === 0;
}

function isSame(what: number, before: number | undefined): boolean {
  return before !== undefined && isCounted(before) && kindOf(before) === kindOf(what);
}

function kindOf(what: number): GrownPage['kind'] {
  if (what & SHMEM) return 'shmem';
  return what & FILE ? 'file' : 'anon';
}

interface Owners {
  /** Stacks. */
  readonly byPage: ReadonlyMap<number, number>;
  readonly mappings: RawCapture['mappings'];
}

function ownersOf(capture: RawCapture, process: number): Owners {
  const owners = new Map<number, number>();
  for (const line of capture.faulted)
    if (line.process === process)
      for (const [first, count, stack] of line.faulted)
        for (let i = 0; i < count; i++) {
          if (owners.has(first + i)) throw new Error(`page ${first + i} has two records`);
          owners.set(first + i, stack);
        }
  const mappings = capture.mappings.filter((mapping) => mapping.process === process);
  return { byPage: owners, mappings };
}

/**
 * A huge page belongs to the one record in it, also when it has been taken apart. With a page of a file the kernel maps neighbours, or all of the large folio
 * that it is in: they belong to the nearest record.
 */
function ownerOf(owners: Owners, page: number, what: number): number | undefined {
  const own = owners.byPage.get(page);
  if (own !== undefined || !(what & (HUGE | SPLIT | FILE))) return own;
  const mapping = mappingOf(owners, page);
  for (let distance = 1; distance < PAGES_IN_HUGE; distance++)
    for (const near of [page - distance, page + distance])
      if (owners.byPage.has(near) && isNeighbour(owners, near, page, mapping))
        return owners.byPage.get(near);
  return undefined;
}

function mappingOf({ mappings }: Owners, page: number): number {
  return mappings.findIndex(({ pages: [first, count] }) => page >= first && page < first + count);
}

function isNeighbour(owners: Owners, near: number, page: number, mapping: number): boolean {
  const isInBlock = Math.floor(near / PAGES_IN_HUGE) === Math.floor(page / PAGES_IN_HUGE);
  return isInBlock && mappingOf(owners, near) === mapping;
}

/** Pages of a kind by the innermost site_ function on their stack. */
export function pagesBySite(
  capture: RawCapture,
  grown: readonly GrownPage[],
): Map<string, Record<string, number>> {
  const sites = new Map<string, Record<string, number>>();
  for (const { kind, stack } of grown) {
    const site = stack === undefined ? 'nobody' : siteOf(capture, stack);
    const counts = sites.get(site) ?? {};
    counts[kind] = (counts[kind] ?? 0) + 1;
    sites.set(site, counts);
  }
  return sites;
}

function siteOf(capture: RawCapture, stack: number): string {
  return (
    namesOf(capture, capture.stacks[stack]!).findLast((name) => name.startsWith('site_')) ?? ''
  );
}

/** RSS in pages, from what /proc says. */
export function rssPages(rss: Readonly<Record<string, number>>): number {
  return ((rss.anon ?? 0) + (rss.file ?? 0) + (rss.shmem ?? 0)) / 4096;
}

import { counted, formatBytes } from '../units.ts';

/** What RSS is made of, as /proc/PID/status has it: RssAnon, RssFile, RssShmem. */
export type PageKind = 'anon' | 'file' | 'shmem';

export const pageKinds: readonly PageKind[] = ['anon', 'file', 'shmem'];

export const kindWords: Readonly<Record<PageKind, string>> = {
  anon: 'anonymous memory',
  file: 'pages of files',
  shmem: 'shared memory',
};

/**
 * What became of the resident set of a process while it was traced, in pages of the kinds that were asked
 * for. after - before = explained + withoutFault - freed - swappedOut, to the page.
 */
export interface Residency {
  /** `name (pid 123)`. Hostile. */
  readonly process: string;
  /** Bytes. */
  readonly pageSize: number;
  readonly kinds: readonly PageKind[];
  /** By the process's page table when the trace began and ended. */
  readonly before: number;
  readonly after: number;
  /** Bytes, by the kernel's own counters at about the same times; `after` is missing when it has ended. */
  readonly rss?: { readonly before: number; readonly after?: number };
  /** Became resident, by a fault that was seen. */
  readonly explained: number;
  /** Became resident, and no fault was seen. */
  readonly withoutFault: number;
  /** Were resident when the trace began, and are no more. */
  readonly freed: number;
  /** Likewise, and are in swap now. */
  readonly swappedOut: number;
  /** Resident before and after, copied by a write in between: no growth. */
  readonly copied: number;
  /** Resident before and after, and faulted in between: no growth. */
  readonly again: number;
  /** Faulted while tracing, and in swap now. */
  readonly swapped: number;
  /** Read while tracing and never written: the kernel's page of zeros, which counts nothing. */
  readonly zero: number;
  /** Faulted while tracing, and freed again. */
  readonly released: number;
  /** Nobody could tell which pages are resident: `explained` is every faulted page that is still mapped. */
  readonly upperBound: boolean;
}

/** The growth in a line, for what has no room for more: `server (pid 1): resident memory grew by ...` */
export function residencyNotes(residency: Residency): string[] {
  if (residency.upperBound) return [];
  const { before, after, explained, withoutFault, freed, swappedOut } = residency;
  const growth = after - before;
  const amount = (pages: number) => amountOf(pages, residency);
  const parts = [
    ...(explained > 0 ? [`${amount(explained)} explained by faults`] : []),
    ...(withoutFault > 0 ? [`${amount(withoutFault)} without a fault`] : []),
    ...(freed > 0 ? [`less ${amount(freed)} freed meanwhile`] : []),
    ...(swappedOut > 0 ? [`less ${amount(swappedOut)} swapped out`] : []),
  ];
  const change = `${growth < 0 ? 'shrank' : 'grew'} by ${amount(Math.abs(growth))}`;
  const why = parts.length > 0 ? `: ${parts.join(', ')}` : '';
  return [`${residency.process}: resident memory ${change}${why}`];
}

/** What is said where the page table could not be read. */
export const upperBoundWords =
  'an upper bound: /proc/PID/pagemap could not be read, so every faulted page that is still mapped ' +
  'counts, also when it was dropped since, and a fault counts one page';

/** `1.0 MiB (256 pages)` */
function amountOf(pages: number, { pageSize }: Pick<Residency, 'pageSize'>): string {
  return `${formatBytes(pages * pageSize)} (${counted(pages, 'page')})`;
}

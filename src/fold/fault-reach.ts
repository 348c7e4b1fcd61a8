import { faultHow, type ProcessPages, pageBits } from '../capture/faults.ts';
import type { PageRuns } from '../capture/page-runs.ts';
import type { PageSegment } from './page-segments.ts';

/** Bytes around a fault on a file that the kernel maps with it (fault_around_bytes, mm/memory.c). */
const faultAroundBytes = 65_536;
/** Bytes of an entry of a page table: a table is one page, and a huge page is what one spans. */
const entryBytes = 8;

/** Pages that came with a fault on a neighbour. */
export interface Reach {
  /** Index into `ProcessPages.faulted`. */
  readonly fault: number;
  readonly pages: number;
}

/** Both came with a fault anywhere in their block. */
const ofHugePage = pageBits.huge | pageBits.split;

/**
 * Which faults brought resident pages that have no record of their own: of a huge page, one in the same
 * block, also where it has been taken apart since; of a file, one in the same 64 KiB of the mapping, for the kernel maps what is cached around it, or
 * one in an unbroken row in the same block, for it maps large folios whole (finish_fault()). Of several
 * the nearest before, else the nearest behind: their order in time is not known.
 */
export class FaultReach {
  readonly #pages: ProcessPages;
  readonly #blockPages: number;
  readonly #windowPages: number;

  /** @param pageSize bytes, a power of 2 */
  constructor(pages: ProcessPages, pageSize: number) {
    this.#pages = pages;
    this.#blockPages = pageSize / entryBytes;
    this.#windowPages = Math.max(1, faultAroundBytes / pageSize);
  }

  /** At most one fault before and one behind a segment that has none. */
  of(segment: Readonly<PageSegment>): Reach[] {
    if (!(segment.after & (ofHugePage | pageBits.file))) return [];
    const reached: Reach[] = [];
    let start = segment.first;
    const before = this.#donor(segment.nextFault - 1, -1, segment);
    if (before !== undefined) {
      const end = Math.min(segment.end, this.#rangeOf(before.page, segment).end);
      if (end > start) reached.push({ fault: before.fault, pages: end - start });
      start = Math.max(start, end);
    }
    const behind = this.#donor(segment.nextFault, 1, segment);
    if (behind !== undefined) {
      const { first } = this.#rangeOf(behind.page, segment);
      const pages = segment.end - Math.max(start, first);
      if (pages > 0) reached.push({ fault: behind.fault, pages });
    }
    return reached;
  }

  #lastPage(fault: number): number {
    const { first, count } = this.#pages.faulted;
    return first[fault]! + count[fault]! - 1;
  }

  /**
   * The nearest fault from `place` on, in steps of 1 or -1, that can have brought its neighbours. A write
   * over a page that was there brings none, unless a huge page. The search ends where nothing reaches.
   */
  #donor(place: number, step: 1 | -1, segment: PageSegment): Donor | undefined {
    const { what, first: starts } = this.#pages.faulted;
    for (let at = place; at >= 0 && at < starts.length; at += step) {
      const distance = step < 0 ? segment.first - this.#lastPage(at) : starts[at]! - segment.end;
      if (distance > this.#blockPages) return undefined;
      const page = this.#bringingPage(at, step, segment);
      if (page !== undefined && (segment.after & ofHugePage || what[at] !== faultHow.copy))
        return { fault: at, page };
    }
    return undefined;
  }

  /**
   * The page of a fault that is nearest to the segment. Where a huge page was taken apart, pages that are
   * there and were no part of it came later, by themselves.
   */
  #bringingPage(fault: number, step: 1 | -1, { after }: PageSegment): number | undefined {
    const first = this.#pages.faulted.first[fault]!;
    const last = this.#lastPage(fault);
    const nearest = step < 0 ? last : first;
    if (!(after & pageBits.split)) return nearest;
    const most = Math.min(last - first, this.#blockPages);
    for (let i = 0; i <= most; i++) {
      const page = nearest + step * i;
      const what = whatAt(this.#pages.end, page);
      if (what === undefined || what & pageBits.split) return page;
    }
    return undefined;
  }

  /** The pages like those of the segment that a fault on `page` can have brought. */
  #rangeOf(page: number, segment: PageSegment): Range {
    const whole = block(page, this.#blockPages);
    if (segment.after & ofHugePage) return whole;
    const { mapping } = segment;
    if (mapping === undefined) return nothing;
    const from = mapping.first;
    const to = from + mapping.count;
    if (page < from || page >= to) return nothing;
    if (this.#isUnbroken(page, segment))
      return { first: Math.max(from, whole.first), end: Math.min(to, whole.end) };
    // Aligned, but from the start of the mapping where that comes later, and within a page table: do_fault_around().
    const first = Math.max(from, block(page, this.#windowPages).first);
    return { first, end: Math.min(to, whole.end, first + this.#windowPages) };
  }

  /** Whether all pages from the segment to `page` are of files, and resident. */
  #isUnbroken(page: number, { first, afterRun }: PageSegment): boolean {
    const { first: starts, count, what } = this.#pages.end;
    const step = page < first ? -1 : 1;
    let at = afterRun;
    while (page < starts[at]! || page >= starts[at]! + count[at]!) {
      const isNext =
        step < 0
          ? at > 0 && starts[at - 1]! + count[at - 1]! === starts[at]
          : starts[at]! + count[at]! === starts[at + 1];
      at += step;
      if (!isNext || !(what[at]! & pageBits.file)) return false;
    }
    return true;
  }
}

/** A page of a fault. */
interface Donor {
  readonly fault: number;
  readonly page: number;
}

interface Range {
  readonly first: number;
  readonly end: number;
}

const nothing: Range = { first: Infinity, end: 0 };

function block(page: number, pages: number): Range {
  const first = page - (page % pages);
  return { first, end: first + pages };
}

/** What a page is; undefined where there is none. */
function whatAt({ first, count, what }: PageRuns, page: number): number | undefined {
  let low = 0;
  for (let high = first.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (first[middle]! + count[middle]! > page) high = middle;
    else low = middle + 1;
  }
  return low < first.length && first[low]! <= page ? what[low] : undefined;
}

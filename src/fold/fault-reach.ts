import { faultHow, type ProcessPages, pageBits } from '../capture-faults.ts';
import type { PageSegment } from './page-segments.ts';

/** Bytes around a fault on a file that the kernel maps with it (fault_around_bytes, mm/memory.c). */
const faultAroundBytes = 65_536;
/** Bytes of an entry of a page table: a table is one page, and a huge page is what one spans. */
const entryBytes = 8;

/** Pages that came with faults on their neighbours. */
export interface Reach {
  /** Index into `ProcessPages.faulted`. */
  readonly fault: number;
  readonly pages: number;
}

/**
 * Which faults brought resident pages that have no record of their own: of a huge page, one in the same
 * block; of a file, one of which the kernel may have mapped its neighbours too. Of several faults the
 * nearest before, else the nearest behind: their order in time is not known.
 */
export class FaultReach {
  readonly #faulted: ProcessPages['faulted'];
  readonly #blockPages: number;
  readonly #windowPages: number;

  /** @param pageSize bytes, a power of 2 */
  constructor(faulted: ProcessPages['faulted'], pageSize: number) {
    this.#faulted = faulted;
    this.#blockPages = pageSize / entryBytes;
    this.#windowPages = Math.max(1, faultAroundBytes / pageSize);
  }

  /** At most one fault before and one behind a segment that has none. */
  of(segment: Readonly<PageSegment>): Reach[] {
    const windowOf = this.#windowFor(segment);
    if (windowOf === undefined) return [];
    const reached: Reach[] = [];
    let start = segment.first;
    const before = this.#donor(segment.nextFault - 1, -1, segment);
    if (before !== undefined) {
      const end = Math.min(segment.end, windowOf(this.#lastPage(before)).end);
      if (end > start) reached.push({ fault: before, pages: end - start });
      start = Math.max(start, end);
    }
    const behind = this.#donor(segment.nextFault, 1, segment);
    if (behind !== undefined) {
      const pages = segment.end - Math.max(start, windowOf(this.#faulted.first[behind]!).first);
      if (pages > 0) reached.push({ fault: behind, pages });
    }
    return reached;
  }

  #lastPage(fault: number): number {
    return this.#faulted.first[fault]! + this.#faulted.count[fault]! - 1;
  }

  /**
   * The nearest fault from `place` on, in steps of 1 or -1, that can have brought its neighbours. A write
   * over a page that was there brings none, unless a huge page. The search ends where no window reaches.
   */
  #donor(place: number, step: 1 | -1, { first, end, after }: PageSegment): number | undefined {
    const { what, first: starts } = this.#faulted;
    for (let at = place; at >= 0 && at < starts.length; at += step) {
      const distance = step < 0 ? first - this.#lastPage(at) : starts[at]! - end;
      if (distance > this.#blockPages) return undefined;
      if (after & pageBits.huge || what[at] !== faultHow.copy) return at;
    }
    return undefined;
  }

  /** What a fault on a page can have brought; undefined for pages that come one by one. */
  #windowFor({ after, mapping }: PageSegment): ((page: number) => Range) | undefined {
    if (after & pageBits.huge) return (page) => block(page, this.#blockPages);
    if (!(after & pageBits.file)) return undefined;
    const from = mapping?.first ?? 0;
    const to = mapping ? mapping.first + mapping.count : Infinity;
    return (page) => {
      if (page < from || page >= to) return nothing;
      // Aligned, but from the start of the mapping where that comes later: do_fault_around().
      const first = Math.max(from, block(page, this.#windowPages).first);
      return { first, end: Math.min(to, first + this.#windowPages) };
    };
  }
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

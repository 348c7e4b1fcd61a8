import type { CaptureMapping, ProcessPages } from '../capture/faults.ts';
import type { PageRuns } from '../capture/page-runs.ts';

/** Neighbouring pages that are alike in everything. Pages count from `first` up to, not including, `end`. */
export interface PageSegment {
  first: number;
  end: number;
  /** What they were when the trace began, and are when it ended: `pageBits`, or -1 where nothing was there. */
  before: number;
  after: number;
  /** Index of their run in `ProcessPages.end`, where `after` is not -1. */
  afterRun: number;
  /** Index of their fault among `ProcessPages.faulted`; -1 without. */
  fault: number;
  /** Index of the first fault at or behind `first`; the number of faults when there is none. */
  nextFault: number;
  /** Missing where nothing is mapped at the end. */
  mapping: CaptureMapping | undefined;
}

/**
 * Merges what is known of the pages of a process, in one pass over its lists. `visit` is called with
 * ascending segments of pages that are or were there, or faulted; they are valid until it returns.
 */
export function forEachSegment(
  pages: ProcessPages,
  visit: (segment: Readonly<PageSegment>) => void,
): void {
  const before = new Cursor(pages.start);
  const after = new Cursor(pages.end);
  const faulted = new Cursor(pages.faulted);
  const mapped = new Cursor(columnsOf(pages.mappings));
  const segment = emptySegment();
  for (let at = 0; at < Infinity; at = segment.end) {
    segment.first = at;
    segment.end = Math.min(
      before.moveTo(at),
      after.moveTo(at),
      faulted.moveTo(at),
      mapped.moveTo(at),
    );
    segment.before = before.inside ? pages.start.what[before.place]! : -1;
    segment.after = after.inside ? pages.end.what[after.place]! : -1;
    segment.afterRun = after.place;
    segment.fault = faulted.inside ? faulted.place : -1;
    segment.nextFault = faulted.place;
    segment.mapping = mapped.inside ? pages.mappings[mapped.place] : undefined;
    if (before.inside || after.inside || faulted.inside) visit(segment);
  }
}

function emptySegment(): PageSegment {
  return {
    first: 0,
    end: 0,
    before: -1,
    after: -1,
    afterRun: 0,
    fault: -1,
    nextFault: 0,
    mapping: undefined,
  };
}

function columnsOf(mappings: readonly CaptureMapping[]): Pick<PageRuns, 'first' | 'count'> {
  return {
    first: Float64Array.from(mappings, ({ first }) => first),
    count: Float64Array.from(mappings, ({ count }) => count),
  };
}

/** A place in a list of runs that only moves on. */
class Cursor {
  readonly #runs: Pick<PageRuns, 'first' | 'count'>;
  /** Index of the run that holds the current page, or else of the next one. */
  place = 0;
  inside = false;
  #edge = 0;

  constructor(runs: Pick<PageRuns, 'first' | 'count'>) {
    this.#runs = runs;
  }

  /** The next page from which on something is different; Infinity behind the last run. */
  moveTo(page: number): number {
    if (page < this.#edge) return this.#edge;
    const { first, count } = this.#runs;
    while (this.place < first.length && first[this.place]! + count[this.place]! <= page)
      this.place++;
    const start = this.place < first.length ? first[this.place]! : Infinity;
    this.inside = start <= page;
    this.#edge = this.inside ? start + count[this.place]! : start;
    return this.#edge;
  }
}

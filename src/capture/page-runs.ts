import { grown } from '../grown.ts';

/** Runs of neighbouring pages, ascending and not overlapping: columns of equal length. */
export interface PageRuns {
  /** Page numbers: address / page size. */
  readonly first: Float64Array;
  /** At least 1. */
  readonly count: Float64Array;
  /** What all pages of the run are. */
  readonly what: Uint8Array;
}

/** Runs of pages that faulted. */
export interface FaultRuns extends PageRuns {
  /** Index into the stacks that took faults. */
  readonly stack: Int32Array;
}

const firstRoom = 1024;

/** Collects runs; tens of millions of them fit into a few hundred MB. */
export class PageRunTable {
  #length = 0;
  #first = new Float64Array(firstRoom);
  #count = new Float64Array(firstRoom);
  #what = new Uint8Array(firstRoom);

  get length(): number {
    return this.#length;
  }

  /** The page behind the last run. */
  get end(): number {
    const last = this.#length - 1;
    return last < 0 ? 0 : this.#first[last]! + this.#count[last]!;
  }

  /** Throws a RangeError for a run that does not lie behind the one before. */
  add(first: number, count: number, what: number): void {
    if (first < this.end || count < 1) throw new RangeError('runs must ascend');
    if (this.#length === this.#first.length) this.#grow();
    this.#first[this.#length] = first;
    this.#count[this.#length] = count;
    this.#what[this.#length++] = what;
  }

  /** The runs so far. */
  runs(): PageRuns {
    return {
      first: this.#first.subarray(0, this.#length),
      count: this.#count.subarray(0, this.#length),
      what: this.#what.subarray(0, this.#length),
    };
  }

  #grow(): void {
    const room = 2 * this.#length;
    this.#first = grown(this.#first, room);
    this.#count = grown(this.#count, room);
    this.#what = grown(this.#what, room);
  }
}

/** Collects runs of pages that faulted. */
export class FaultRunTable {
  readonly #pages = new PageRunTable();
  #stack = new Int32Array(firstRoom);

  /** The page behind the last run. */
  get end(): number {
    return this.#pages.end;
  }

  /** Throws a RangeError for a run that does not lie behind the one before. */
  add(pages: { first: number; count: number }, how: number, stack: number): void {
    const place = this.#pages.length;
    this.#pages.add(pages.first, pages.count, how);
    if (place === this.#stack.length) this.#stack = grown(this.#stack, 2 * place);
    this.#stack[place] = stack;
  }

  /** The runs so far. */
  runs(): FaultRuns {
    return { ...this.#pages.runs(), stack: this.#stack.subarray(0, this.#pages.length) };
  }
}

import type { CaptureStack } from '../capture.ts';
import { grown } from '../grown.ts';
import { type Weight, walkEnds } from './walked-stack.ts';

const weightsOfStack = 6;
const fieldsOfStack = 5;

/**
 * The stacks of a capture in typed arrays, a sixth of what objects take: there may be a million of
 * them. Every stack is made when it is asked for.
 */
export class CaptureStacks implements Iterable<CaptureStack> {
  readonly #hasFrees: boolean;
  #length = 0;
  /** Of each stack: process, walk end, path, where its places begin and end. */
  #fields = new Int32Array(64 * fieldsOfStack);
  /** Bytes and calls of `alloc`, `freed` and `unfreed`. */
  #weights = new Float64Array(64 * weightsOfStack);
  /** Places of those found by frame pointer. */
  #places = new Int32Array(64);
  #usedPlaces = 0;
  /** By number of the stack; few have any. */
  readonly #unfreedAt = new Map<number, readonly Weight[]>();

  /** @param hasFrees every stack has `freed` and `unfreed` */
  constructor(hasFrees: boolean) {
    this.#hasFrees = hasFrees;
  }

  get length(): number {
    return this.#length;
  }

  push(stack: CaptureStack): void {
    this.#keepFields(stack);
    this.#keepWeights(stack);
    if (stack.unfreedAt) this.#unfreedAt.set(this.#length, stack.unfreedAt);
    this.#length++;
  }

  *[Symbol.iterator](): Generator<CaptureStack> {
    for (let number = 0; number < this.#length; number++) yield this.#stack(number);
  }

  #keepFields({ process, path, walkEnd, fpFrames }: CaptureStack): void {
    this.#fields = roomFor(this.#fields, (this.#length + 1) * fieldsOfStack);
    const fields = this.#fields;
    const at = this.#length * fieldsOfStack;
    fields[at] = process;
    fields[at + 1] = walkEnd === undefined ? -1 : walkEnds.indexOf(walkEnd);
    fields[at + 2] = path;
    fields[at + 3] = this.#usedPlaces;
    // Without any is something else than nobody having said it.
    fields[at + 4] = fpFrames ? this.#keepPlaces(fpFrames) : -1;
  }

  #keepPlaces(places: readonly number[]): number {
    this.#places = roomFor(this.#places, this.#usedPlaces + places.length);
    this.#places.set(places, this.#usedPlaces);
    this.#usedPlaces += places.length;
    return this.#usedPlaces;
  }

  #keepWeights({ alloc, freed, unfreed }: CaptureStack): void {
    this.#weights = roomFor(this.#weights, (this.#length + 1) * weightsOfStack);
    const at = this.#length * weightsOfStack;
    this.#keepWeight(at, alloc);
    if (freed) this.#keepWeight(at + 2, freed);
    if (unfreed) this.#keepWeight(at + 4, unfreed);
  }

  #keepWeight(at: number, { bytes, calls }: Weight): void {
    this.#weights[at] = bytes;
    this.#weights[at + 1] = calls;
  }

  #stack(number: number): CaptureStack {
    const at = number * fieldsOfStack;
    const fields = this.#fields;
    const [walkEnd, end] = [walkEnds[fields[at + 1]!], fields[at + 4]!];
    const plain = { process: fields[at]!, path: fields[at + 2]!, ...this.#weightsOf(number) };
    const unfreedAt = this.#unfreedAt.get(number);
    if (walkEnd === undefined && end < 0 && unfreedAt === undefined) return plain;
    return {
      ...plain,
      ...(walkEnd && { walkEnd }),
      ...(end >= 0 && { fpFrames: Array.from(this.#places.subarray(fields[at + 3], end)) }),
      ...(unfreedAt && { unfreedAt }),
    };
  }

  #weightsOf(number: number): Pick<CaptureStack, 'alloc' | 'freed' | 'unfreed'> {
    const at = number * weightsOfStack;
    const alloc = this.#weight(at);
    if (!this.#hasFrees) return { alloc };
    return { alloc, freed: this.#weight(at + 2), unfreed: this.#weight(at + 4) };
  }

  #weight(at: number): Weight {
    return { bytes: this.#weights[at]!, calls: this.#weights[at + 1]! };
  }
}

function roomFor<T extends Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>>(
  array: T,
  length: number,
): T {
  return length <= array.length ? array : grown(array, Math.max(length, 2 * array.length));
}

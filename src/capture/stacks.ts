import type { CaptureStack } from '../capture.ts';
import { grown } from '../grown.ts';
import type { WalkEnd, Weight } from './walked-stack.ts';

/** As numbers: their places. */
const walkEnds: readonly (WalkEnd | undefined)[] = [
  undefined,
  'cut',
  'no_mapping',
  'no_unwind_info',
  'unsupported',
  'unreadable',
];
const weights = ['alloc', 'freed', 'unfreed'] as const;
const weightsOfStack = 2 * weights.length;
const fieldsOfStack = 5;

/**
 * The stacks of a capture in typed arrays, a sixth of what objects take: there may be a million of
 * them, of dozens of frames each. Every stack is made when it is asked for.
 */
export class CaptureStacks implements Iterable<CaptureStack> {
  readonly #hasFrees: boolean;
  #length = 0;
  /** Frames of the first stack, places of those found by frame pointer, then the next stack's. */
  #numbers = new Int32Array(1024);
  #used = 0;
  /** Of each stack: process, walk end, where its frames begin, where its places begin and end. */
  #fields = new Int32Array(64 * fieldsOfStack);
  #weights = new Float64Array(64 * weightsOfStack);

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
    const from = this.#used;
    const { frames, fpFrames } = stack;
    this.#keep(frames);
    const places = this.#used;
    // Without any is something else than nobody having said it.
    if (fpFrames) this.#keep(fpFrames);
    const end = fpFrames ? this.#used : -1;
    this.#fields = roomFor(this.#fields, (this.#length + 1) * fieldsOfStack);
    const fields = [stack.process, walkEnds.indexOf(stack.walkEnd), from, places, end];
    this.#fields.set(fields, this.#length * fieldsOfStack);
    this.#keepWeights(stack);
    if (stack.unfreedAt) this.#unfreedAt.set(this.#length, stack.unfreedAt);
    this.#length++;
  }

  *[Symbol.iterator](): Generator<CaptureStack> {
    for (let number = 0; number < this.#length; number++) yield this.#stack(number);
  }

  #keep(numbers: readonly number[]): void {
    this.#numbers = roomFor(this.#numbers, this.#used + numbers.length);
    this.#numbers.set(numbers, this.#used);
    this.#used += numbers.length;
  }

  #keepWeights(stack: CaptureStack): void {
    this.#weights = roomFor(this.#weights, (this.#length + 1) * weightsOfStack);
    let at = this.#length * weightsOfStack;
    for (const name of weights) {
      this.#weights[at++] = stack[name]?.bytes ?? 0;
      this.#weights[at++] = stack[name]?.calls ?? 0;
    }
  }

  #stack(number: number): CaptureStack {
    const field = number * fieldsOfStack;
    const [process, walkEnd, from, places, end] = this.#fields.subarray(
      field,
      field + fieldsOfStack,
    );
    const known = walkEnds[walkEnd!];
    const unfreedAt = this.#unfreedAt.get(number);
    return {
      process: process!,
      frames: Array.from(this.#numbers.subarray(from, places)),
      ...(known && { walkEnd: known }),
      ...(end! >= 0 && { fpFrames: Array.from(this.#numbers.subarray(places, end)) }),
      alloc: this.#weight(number, 0),
      ...(this.#hasFrees && { freed: this.#weight(number, 1), unfreed: this.#weight(number, 2) }),
      ...(unfreedAt && { unfreedAt }),
    };
  }

  #weight(number: number, which: number): Weight {
    const at = number * weightsOfStack + 2 * which;
    return { bytes: this.#weights[at]!, calls: this.#weights[at + 1]! };
  }
}

function roomFor<T extends Int32Array<ArrayBuffer> | Float64Array<ArrayBuffer>>(
  array: T,
  length: number,
): T {
  return length <= array.length ? array : grown(array, Math.max(length, 2 * array.length));
}

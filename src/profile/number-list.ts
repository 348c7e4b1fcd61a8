import { grown } from '../grown.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const codes = Uint8Array.from(alphabet, (letter) => letter.charCodeAt(0));
const digits = new Uint8Array(128).fill(255);
for (const [digit, code] of codes.entries()) digits[code] = digit;

/** Of a number's letters all but the last have it: five bits a letter, the lowest first. */
const more = 32;

/**
 * Whole numbers >= 0 as the letters of base64, one after the other: the variable-length quantities of
 * source maps (ECMA-426), without a sign.
 */
export class NumberList {
  #bytes = new Uint8Array(1024);
  #length = 0;

  push(value: number): void {
    // 2^53 has 11 letters.
    if (this.#length + 11 > this.#bytes.length)
      this.#bytes = grown(this.#bytes, 2 * this.#bytes.length);
    let rest = value;
    for (; rest >= 2 ** 31; rest = Math.floor(rest / more)) this.#put(more + (rest % more));
    // What is a small integer to V8 takes it a tenth of the time.
    let small = rest | 0;
    for (; small >= more; small >>= 5) this.#put(more | (small & (more - 1)));
    this.#put(small);
  }

  #put(digit: number): void {
    this.#bytes[this.#length++] = codes[digit]!;
  }

  /** The text so far, in ASCII. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }
}

/** A list in which most are 0: for every other number how many of them are before it, and itself. */
export class SparseList {
  readonly gaps = new NumberList();
  readonly values = new NumberList();
  #gap = 0;

  push(value: number): void {
    if (value === 0) {
      this.#gap++;
      return;
    }
    this.gaps.push(this.#gap);
    this.values.push(value);
    this.#gap = 0;
  }
}

/** Reads what a NumberList wrote, number by number. */
export class NumberReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  /** Throws a RangeError where there is no whole number of at most 2^53 - 1. */
  next(): number {
    let value = 0;
    for (let unit = 1; ; unit *= more) {
      const digit = digits[this.#text.charCodeAt(this.#at++)] ?? 255;
      value += (digit % more) * unit;
      if (digit === 255 || value > Number.MAX_SAFE_INTEGER)
        throw new RangeError('expected whole numbers');
      if (digit < more) return value;
    }
  }
}

/** Reads what a SparseList wrote; behind its last number there are zeros without end. */
export class SparseReader {
  readonly #gaps: NumberReader;
  readonly #values: NumberReader;
  #gap = Number.POSITIVE_INFINITY;

  constructor(gaps: string, values: string) {
    this.#gaps = new NumberReader(gaps);
    this.#values = new NumberReader(values);
    this.#begin();
  }

  /** All but zeros was read. */
  get isAtEnd(): boolean {
    return this.#gap === Number.POSITIVE_INFINITY && this.#values.isAtEnd;
  }

  /** Throws a RangeError where there is no number. */
  next(): number {
    if (this.#gap-- > 0) return 0;
    const value = this.#values.next();
    this.#begin();
    return value;
  }

  #begin(): void {
    this.#gap = this.#gaps.isAtEnd ? Number.POSITIVE_INFINITY : this.#gaps.next();
  }
}

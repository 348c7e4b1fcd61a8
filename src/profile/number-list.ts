const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const digits = new Uint8Array(128).fill(255);
for (let digit = 0; digit < alphabet.length; digit++) digits[alphabet.charCodeAt(digit)] = digit;

/** Of a number's letters all but the last have it: five bits a letter, the lowest first. */
const more = 32;

/** Reads a list that `writeProfile` wrote, number by number. */
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

/** Reads a sparse list that `writeProfile` wrote; behind its last number there are zeros without end. */
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

const chunkBytes = 65_536;
const space = 0x20;
const digitZero = 0x30;
const semicolon = 0x3b;
const lineFeed = 0x0a;
/** A call of the system's copying costs more than a loop over so few bytes. */
const fewBytes = 48;
/** Digits of a count below 2^53, and the space before it. */
const mostCountBytes = 17;

/**
 * Puts lines together whose stacks have most of their text from the stack before, in chunks of UTF-8. It is
 * called for every frame of every line: nothing is allocated on the way.
 */
export class TextWriter {
  /** All names, one behind the other, and where each begins. */
  readonly #names: Buffer;
  readonly #starts: Int32Array;
  /** The text of the stack so far. */
  #stack: Buffer = Buffer.allocUnsafeSlow(1024);
  #chunk: Buffer = Buffer.allocUnsafeSlow(chunkBytes);
  #used = 0;

  constructor(names: readonly string[]) {
    const bytes = names.map((name) => Buffer.from(name));
    this.#names = Buffer.concat(bytes);
    this.#starts = new Int32Array(names.length + 1);
    for (const [index, { length }] of bytes.entries())
      this.#starts[index + 1] = this.#starts[index]! + length;
  }

  /** Cuts the stack to `length`, and puts a name behind it; how long it is then. */
  name(length: number, name: number): number {
    const from = this.#starts[name]!;
    const to = this.#starts[name + 1]!;
    const end = length + to - from;
    // The separator must fit, too.
    if (end >= this.#stack.length) this.#stack = longer(this.#stack, end + 1);
    if (to - from > fewBytes) this.#names.copy(this.#stack, length, from, to);
    else for (let i = from, at = length; i < to; i++) this.#stack[at++] = this.#names[i]!;
    return end;
  }

  /** Likewise, a `;`. */
  separator(length: number): number {
    this.#stack[length] = semicolon;
    return length + 1;
  }

  /** Whether a line of the first `length` bytes of the stack and so many counts fits into the chunk. */
  fits(length: number, counts: number): boolean {
    return this.#used + sizeOf(length, counts) <= this.#chunk.length;
  }

  /** A chunk to be handed out, and room for a line; undefined when there is nothing yet. */
  take(length = 0, counts = 0): Uint8Array | undefined {
    const full = this.#used > 0 ? this.#chunk.subarray(0, this.#used) : undefined;
    this.#chunk = Buffer.allocUnsafeSlow(Math.max(chunkBytes, sizeOf(length, counts)));
    this.#used = 0;
    return full;
  }

  /** Begins a line, which fits: the first `length` bytes of the stack. */
  begin(length: number): void {
    this.#stack.copy(this.#chunk, this.#used, 0, length);
    this.#used += length;
  }

  /** A count of the line: a whole number below 2^53. */
  count(value: number): void {
    let digits = 1;
    for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits++;
    this.#chunk[this.#used] = space;
    this.#used += 1 + digits;
    for (let at = this.#used, rest = value; digits > 0; digits--) {
      const tens = Math.floor(rest / 10);
      this.#chunk[--at] = digitZero + rest - 10 * tens;
      rest = tens;
    }
  }

  endLine(): void {
    this.#chunk[this.#used++] = lineFeed;
  }
}

function sizeOf(length: number, counts: number): number {
  return length + counts * mostCountBytes + 1;
}

function longer(buffer: Buffer, least: number): Buffer {
  const grown = Buffer.allocUnsafeSlow(Math.max(2 * buffer.length, least));
  buffer.copy(grown);
  return grown;
}

const chunkBytes = 65_536;
const semicolon = 0x3b;

/** Puts lines together whose stacks have most of their text from the stack before; in chunks of UTF-8. */
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
    const [from, to] = [this.#starts[name]!, this.#starts[name + 1]!];
    const end = length + to - from;
    // The separator must fit, too.
    if (end >= this.#stack.length) this.#stack = longer(this.#stack, end + 1);
    this.#names.copy(this.#stack, length, from, to);
    return end;
  }

  /** Likewise, a `;`. */
  separator(length: number): number {
    this.#stack[length] = semicolon;
    return length + 1;
  }

  /** The first `length` bytes of the stack, and its counts, as a line. */
  *line(length: number, counts: string): Generator<Uint8Array> {
    const size = length + counts.length + 2;
    if (this.#used + size > this.#chunk.length) {
      yield* this.rest();
      this.#chunk = Buffer.allocUnsafeSlow(Math.max(chunkBytes, size));
    }
    this.#stack.copy(this.#chunk, this.#used, 0, length);
    this.#chunk.write(` ${counts}\n`, this.#used + length, 'latin1');
    this.#used += size;
  }

  /** What was not handed out yet. */
  *rest(): Generator<Uint8Array> {
    if (this.#used > 0) yield this.#chunk.subarray(0, this.#used);
    this.#used = 0;
  }
}

function longer(buffer: Buffer, least: number): Buffer {
  const grown = Buffer.allocUnsafeSlow(Math.max(2 * buffer.length, least));
  buffer.copy(grown);
  return grown;
}

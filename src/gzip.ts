import { newInstance } from './wasm.ts';

/** What wasm/deflate.c exports. Addresses and sizes are in bytes of `memory`, whose buffer stays the same. */
interface Kernel {
  readonly memory: WebAssembly.Memory;
  /** Where up to `blockSize` bytes may be put. */
  block_room(): number;
  /** Compresses a block of so many bytes; how many bytes of it lie at `output_start`. */
  deflate(size: number, isLast: number): number;
  output_start(): number;
  /** CRC-32 (RFC 1952, 8) of all bytes so far. */
  checksum(): number;
}

const blockSize = 65_536;

/** No name, no time, system 255 (unknown): RFC 1952, 2.3. */
const header = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);

/**
 * Bytes, in chunks, to gzipped ones, in chunks that are valid until the next is taken: the same bytes are
 * the same on every machine, which no zlib promises. Throws an Error if wasm/ was not built.
 */
export function* gzip(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  const blocks = new Blocks();
  yield header;
  for (const chunk of chunks) yield* blocks.add(chunk);
  yield* blocks.finish();
}

class Blocks {
  readonly #kernel = newInstance('deflate') as Kernel;
  readonly #memory = new Uint8Array(this.#kernel.memory.buffer);
  /** Bytes in the block that is not full yet. */
  #length = 0;
  #size = 0;

  *add(bytes: Uint8Array): Generator<Uint8Array> {
    for (let rest = bytes; rest.length > 0; ) {
      const part = rest.subarray(0, blockSize - this.#length);
      this.#memory.set(part, this.#kernel.block_room() + this.#length);
      this.#length += part.length;
      rest = rest.subarray(part.length);
      if (this.#length === blockSize) yield this.#compress(false);
    }
  }

  *finish(): Generator<Uint8Array> {
    yield this.#compress(true);
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(this.#kernel.checksum() >>> 0);
    trailer.writeUInt32LE(this.#size % 2 ** 32, 4);
    yield trailer;
  }

  #compress(isLast: boolean): Uint8Array {
    this.#size += this.#length;
    const size = this.#kernel.deflate(this.#length, Number(isLast));
    this.#length = 0;
    const start = this.#kernel.output_start();
    return this.#memory.subarray(start, start + size);
  }
}

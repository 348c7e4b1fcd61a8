import { grown } from './grown.ts';
import type { FrameIndex } from './profile.ts';

const firstSlots = 1024;

/**
 * Frames by the bytes of their names, so that a name becomes a string once and not once a line.
 * Open addressing, linear probing; the bytes of all names lie in one array.
 */
export class NameTable {
  readonly #enter: (name: string) => FrameIndex;
  /** Number of the name, counted from 1; 0 is an empty slot. */
  #slots = new Int32Array(firstSlots);
  readonly #frames: FrameIndex[] = [];
  readonly #hashes: number[] = [];
  /** Where each name's bytes end; the next one's begin there. */
  readonly #ends: number[] = [0];
  #bytes = new Uint8Array(16 * firstSlots);

  /** @param enter called once for each distinct spelling; bytes that are not UTF-8 are U+FFFD in it */
  constructor(enter: (name: string) => FrameIndex) {
    this.#enter = enter;
  }

  /** The frame whose name is `line[start]` up to, not including, `line[end]`. */
  frame(line: Uint8Array, start: number, end: number): FrameIndex {
    const hash = hashOf(line, start, end);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let name = this.#slots[slot]!; name !== 0; name = this.#slots[slot]!) {
      if (this.#hashes[name - 1] === hash && this.#isName(name, line.subarray(start, end)))
        return this.#frames[name - 1]!;
      slot = (slot + 1) & mask;
    }
    this.#slots[slot] = this.#append(line.subarray(start, end), hash);
    if (2 * this.#frames.length > this.#slots.length) this.#rehash();
    return this.#frames.at(-1)!;
  }

  #isName(name: number, bytes: Uint8Array): boolean {
    const start = this.#ends[name - 1]!;
    if (this.#ends[name]! - start !== bytes.length) return false;
    for (let i = 0; i < bytes.length; i++) {
      if (this.#bytes[start + i] !== bytes[i]) return false;
    }
    return true;
  }

  #append(bytes: Uint8Array, hash: number): number {
    const start = this.#ends.at(-1)!;
    const end = start + bytes.length;
    if (end > this.#bytes.length) this.#bytes = grown(this.#bytes, 2 * end);
    this.#bytes.set(bytes, start);
    this.#ends.push(end);
    this.#hashes.push(hash);
    return this.#frames.push(this.#enter(new TextDecoder('utf-8', keepBom).decode(bytes)));
  }

  #rehash(): void {
    this.#slots = new Int32Array(2 * this.#slots.length);
    const mask = this.#slots.length - 1;
    for (const [index, hash] of this.#hashes.entries()) {
      let slot = hash & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = index + 1;
    }
  }
}

/** Only the first bytes of a file can be a byte order mark. */
const keepBom = { ignoreBOM: true };

/** FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  return hash;
}

import { grown } from '../grown.ts';

/**
 * Frames from the root on, as a tree in flat arrays: a path is the number of its last node. Neighbouring
 * stacks share callers, so that a million of them need a few nodes each. A parent is below its children.
 */
export interface FramePaths {
  /** -1 where paths begin. */
  readonly parent: Int32Array;
  /** Index into `Capture.frames`; -1 where paths begin. */
  readonly frame: Int32Array;
}

/** Frames of a path, root first. */
export function framesOf({ parent, frame }: FramePaths, path: number): number[] {
  const frames: number[] = [];
  for (let at = path; frame[at]! >= 0; at = parent[at]!) frames.push(frame[at]!);
  return frames.reverse();
}

const firstNodes = 1024;

/** Enters paths; equal ones are one. */
export class PathTable {
  /** By origin: the node where its paths begin. */
  readonly #starts = new Map<number, number>();
  #nodes = 0;
  #parent = new Int32Array(firstNodes);
  #frame = new Int32Array(firstNodes);
  /** By hash, open addressing, linear probing: a path's hash, and its number plus 1, for 0 is an empty slot. */
  #slots = new Int32Array(2 * 2 * firstNodes);
  /** Of the path that is being entered: its hash up to each place. */
  #hashes = new Int32Array(firstNodes);

  /** The path of the first `length` frames, at least one; paths of different origins share nothing. */
  enter(origin: number, frames: ArrayLike<number>, length = frames.length): number {
    const start = this.#startOf(origin);
    this.#hashAll(start, frames, length);
    let known = length;
    let path = this.#find(start, frames, known);
    // From the leaf on: it is there that a stack differs from earlier ones.
    while (path < 0 && --known > 0) path = this.#find(start, frames, known);
    if (path < 0) path = start;
    for (; known < length; known++) path = this.#append(path, frames[known]!, this.#hashes[known]!);
    return path;
  }

  /** All paths so far; those that are entered later may be missing. */
  paths(): FramePaths {
    return {
      parent: this.#parent.subarray(0, this.#nodes),
      frame: this.#frame.subarray(0, this.#nodes),
    };
  }

  #startOf(origin: number): number {
    const known = this.#starts.get(origin);
    if (known !== undefined) return known;
    const start = this.#push(-1, -1);
    this.#starts.set(origin, start);
    return start;
  }

  #hashAll(start: number, frames: ArrayLike<number>, length: number): void {
    if (length > this.#hashes.length) this.#hashes = new Int32Array(2 * length);
    const hashes = this.#hashes;
    let hash = start;
    for (let place = 0; place < length; place++) {
      hash = Math.imul(hash ^ frames[place]!, 0x9e3779b1);
      hash ^= hash >>> 15;
      hashes[place] = hash;
    }
  }

  /** The path of the first `length` frames that were hashed; -1 where there is none. */
  #find(start: number, frames: ArrayLike<number>, length: number): number {
    const hash = this.#hashes[length - 1]!;
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let at = (2 * hash) & mask; slots[at + 1] !== 0; at = (at + 2) & mask) {
      const path = slots[at + 1]! - 1;
      if (slots[at] === hash && this.#isPath(path, start, { frames, length })) return path;
    }
    return -1;
  }

  #isPath(
    path: number,
    start: number,
    { frames, length }: { frames: ArrayLike<number>; length: number },
  ): boolean {
    const parent = this.#parent;
    const frame = this.#frame;
    let at = path;
    for (let place = length - 1; place >= 0; place--) {
      if (frame[at] !== frames[place]) return false;
      at = parent[at]!;
    }
    return at === start;
  }

  #append(parent: number, frame: number, hash: number): number {
    if (4 * this.#nodes > this.#slots.length) this.#growSlots();
    const node = this.#push(parent, frame);
    fillSlot(this.#slots, hash, node);
    return node;
  }

  #push(parent: number, frame: number): number {
    const node = this.#nodes++;
    if (node === this.#parent.length) {
      this.#parent = grown(this.#parent, 2 * node);
      this.#frame = grown(this.#frame, 2 * node);
    }
    this.#parent[node] = parent;
    this.#frame[node] = frame;
    return node;
  }

  #growSlots(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(2 * old.length);
    for (let at = 0; at < old.length; at += 2)
      if (old[at + 1] !== 0) fillSlot(this.#slots, old[at]!, old[at + 1]! - 1);
  }
}

function fillSlot(slots: Int32Array, hash: number, path: number): void {
  const mask = slots.length - 1;
  let at = (2 * hash) & mask;
  while (slots[at + 1] !== 0) at = (at + 2) & mask;
  slots[at] = hash;
  slots[at + 1] = path + 1;
}

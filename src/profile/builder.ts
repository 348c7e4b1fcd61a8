import type { Frame } from '../frame.ts';
import { grown } from '../grown.ts';
import {
  type Column,
  type FrameIndex,
  type NodeIndex,
  type Profile,
  totalTooLarge,
} from '../profile.ts';
import type { Unit } from '../units.ts';
import type { Metadata } from './metadata.ts';

const firstNodes = 1024;

/** The only way to make a Profile: interns frames, keeps equal stacks in one node, keeps sums exact. */
export class ProfileBuilder {
  readonly #frames: Frame[] = [];
  /** By what `origin` makes of a frame, then by its name. */
  readonly #frameByName = new Map<string, Map<string, FrameIndex>>();
  readonly #columns: WeightColumn[];
  #nodes = 1;
  #parent = new Int32Array(firstNodes).fill(-1, 0, 1);
  #frame = new Int32Array(firstNodes).fill(-1, 0, 1);
  /** Open addressing, linear probing; 0 is an empty slot, for the root is nobody's child. */
  #slots = new Int32Array(2 * firstNodes);

  /** Throws a RangeError without columns: a profile has at least one. */
  constructor(columns: readonly { name: string; unit: Unit }[]) {
    if (columns.length === 0) throw new RangeError('a profile needs at least one column');
    this.#columns = columns.map(({ name, unit }) => ({ name, unit, sum: 0, self: emptyWeights }));
  }

  /** Index of the frame that is equal in everything, entered on first sight. */
  frame(frame: Frame): FrameIndex {
    const byName = this.#framesOf(origin(frame));
    const known = byName.get(frame.name);
    if (known !== undefined) return known;
    byName.set(frame.name, this.#frames.length);
    return this.#frames.push(frame) - 1;
  }

  /** The node for `frame` called from `parent`, entered on first sight; 0 is the root. */
  child(parent: NodeIndex, frame: FrameIndex): NodeIndex {
    const mask = this.#slots.length - 1;
    let slot = hash(parent, frame) & mask;
    for (let node = this.#slots[slot]!; node !== 0; node = this.#slots[slot]!) {
      if (this.#parent[node] === parent && this.#frame[node] === frame) return node;
      slot = (slot + 1) & mask;
    }
    return this.#append(parent, frame, slot);
  }

  /**
   * Adds to what ended exactly at `node`, in the column's unit. Throws a RangeError for what is not
   * a whole number >= 0, and a UserError when the column's sum leaves the exact range of doubles.
   */
  add(node: NodeIndex, column: number, value: number): void {
    const into = this.#columns[column];
    if (into === undefined || node >= this.#nodes || node < 0)
      throw new RangeError('no such node or column');
    if (!Number.isInteger(value) || value < 0) throw new RangeError(`not a weight: ${value}`);
    into.sum += value;
    if (into.sum > Number.MAX_SAFE_INTEGER) throw totalTooLarge(into);
    if (node >= into.self.length) into.self = grown(into.self, this.#parent.length);
    into.self[node] = into.self[node]! + value;
  }

  /** The profile so far; what is added later does not change it. */
  build(meta: Metadata = {}): Profile {
    return {
      frames: this.#frames.slice(),
      parent: this.#parent.slice(0, this.#nodes),
      frame: this.#frame.slice(0, this.#nodes),
      columns: this.#columns.map((column) => trimmed(column, this.#nodes)),
      meta,
    };
  }

  #framesOf(origin: string): Map<string, FrameIndex> {
    const known = this.#frameByName.get(origin);
    if (known !== undefined) return known;
    const fresh = new Map<string, FrameIndex>();
    this.#frameByName.set(origin, fresh);
    return fresh;
  }

  #append(parent: NodeIndex, frame: FrameIndex, slot: number): NodeIndex {
    const node = this.#nodes++;
    if (node === this.#parent.length) {
      this.#parent = grown(this.#parent, 2 * node);
      this.#frame = grown(this.#frame, 2 * node);
    }
    this.#parent[node] = parent;
    this.#frame[node] = frame;
    this.#slots[slot] = node;
    if (2 * this.#nodes > this.#slots.length) this.#rehash();
    return node;
  }

  #rehash(): void {
    const slots = new Int32Array(2 * this.#slots.length);
    const mask = slots.length - 1;
    for (let node = 1; node < this.#nodes; node++) {
      let slot = hash(this.#parent[node]!, this.#frame[node]!) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = node;
    }
    this.#slots = slots;
  }
}

interface WeightColumn {
  readonly name: string;
  readonly unit: Unit;
  sum: number;
  /** As long as the highest node that has a weight; an unused column costs nothing. */
  self: Float64Array<ArrayBuffer>;
}

const emptyWeights = new Float64Array(0);

/** Everything of a frame but its name, as one text. A `false` is as good as nothing. */
function origin({ module, file, line, kernel, inlined, jit }: Frame): string {
  const kinds = (kernel ? 1 : 0) + (inlined ? 2 : 0) + (jit ? 4 : 0);
  return JSON.stringify([module, file, line, kinds]);
}

function hash(parent: NodeIndex, frame: FrameIndex): number {
  const mixed = Math.imul(parent, 0x9e3779b1) ^ Math.imul(frame, 0x85ebca6b);
  const spread = Math.imul(mixed ^ (mixed >>> 16), 0x2c1b3c6d);
  return spread ^ (spread >>> 15);
}

function trimmed({ name, unit, self }: WeightColumn, nodes: number): Column {
  return { name, unit, self: self.length < nodes ? grown(self, nodes) : self.slice(0, nodes) };
}

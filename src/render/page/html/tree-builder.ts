import { type FlatTree, flatTree } from './tree.ts';

/** Puts a tree together from stacks in any order; equal stacks become one node. */
export class TreeBuilder {
  readonly #parent: number[] = [-1];
  readonly #frame: number[] = [-1];
  readonly #self: number[][];
  readonly #frames: number;
  /** By parent and frame as one number. */
  readonly #known = new Map<number, number>();

  constructor(frames: number, columns: number) {
    this.#frames = frames;
    this.#self = Array.from({ length: columns }, () => [0]);
  }

  /** The node for a frame called from `parent`, entered on first sight; 0 is the root. */
  child(parent: number, frame: number): number {
    const key = parent * this.#frames + frame;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const node = this.#parent.push(parent) - 1;
    this.#frame.push(frame);
    for (const self of this.#self) self.push(0);
    this.#known.set(key, node);
    return node;
  }

  add(node: number, column: number, weight: number): void {
    this.#self[column]![node]! += weight;
  }

  frameOf(node: number): number {
    return this.#frame[node]!;
  }

  /** Depth first, siblings by frame. */
  build(): FlatTree {
    const { order, place } = this.#depthFirst();
    const count = order.length;
    const parent = Int32Array.from(order, (node) => place[this.#parent[node]!] ?? -1);
    const end = new Int32Array(count);
    for (let node = count - 1; node >= 0; node--) {
      if (end[node] === 0) end[node] = node + 1;
      const above = parent[node]!;
      if (above >= 0 && end[above]! < end[node]!) end[above] = end[node]!;
    }
    const frame = Int32Array.from(order, (node) => this.#frame[node]!);
    const self = this.#self.map((weights) => Float64Array.from(order, (node) => weights[node]!));
    return flatTree({ parent, end, frame }, self);
  }

  #depthFirst() {
    const children = this.#childrenByFrame();
    const order: number[] = [];
    const place = new Int32Array(this.#parent.length);
    const pending = [0];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      place[node] = order.push(node) - 1;
      const own = children.get(node);
      if (own) for (let i = own.length - 1; i >= 0; i--) pending.push(own[i]!);
    }
    return { order, place };
  }

  #childrenByFrame(): Map<number, number[]> {
    const byFrame = this.#frame.map((_, node) => node).slice(1);
    byFrame.sort((a, b) => this.#frame[a]! - this.#frame[b]!);
    const children = new Map<number, number[]>();
    for (const node of byFrame) {
      const siblings = children.get(this.#parent[node]!);
      if (siblings) siblings.push(node);
      else children.set(this.#parent[node]!, [node]);
    }
    return children;
  }
}

import { frameOfText } from './collapsed-name.ts';
import { NameTable } from './name-table.ts';
import type { NodeIndex } from './profile.ts';
import type { ProfileBuilder } from './profile-builder.ts';

const semicolon = 0x3b;

/**
 * Finds the node of a stack's text. Neighbouring lines mostly begin alike, so the path of the line
 * before is kept, and only what differs from it is looked up.
 */
export class StackPath {
  readonly #builder: ProfileBuilder;
  readonly #names: NameTable;
  /** The bytes of the stack before. */
  #before = new Uint8Array(4096);
  #beforeLength = 0;
  /** Per frame of the stack before: where its text ends, and its node. */
  readonly #ends: number[] = [];
  readonly #nodes: NodeIndex[] = [];

  constructor(builder: ProfileBuilder) {
    this.#builder = builder;
    this.#names = new NameTable((name) => builder.frame(frameOfText(name)));
  }

  /** The node of the stack that is `text`: frames joined by `;`, root first. */
  node(text: Uint8Array): NodeIndex {
    const common = this.#commonLength(text);
    while (this.#ends.length > 0 && !this.#isKept(text, common)) {
      this.#ends.pop();
      this.#nodes.pop();
    }
    this.#remember(text, common);
    return this.#walk(text);
  }

  #commonLength(text: Uint8Array): number {
    const length = Math.min(text.length, this.#beforeLength);
    let common = 0;
    while (common < length && text[common] === this.#before[common]) common++;
    return common;
  }

  /** The last frame kept so far is also a whole frame of `text`. */
  #isKept(text: Uint8Array, common: number): boolean {
    const end = this.#ends.at(-1)!;
    return end <= common && (end === text.length || text[end] === semicolon);
  }

  #remember(text: Uint8Array, common: number): void {
    if (text.length > this.#before.length) {
      const longer = new Uint8Array(2 * text.length);
      longer.set(this.#before.subarray(0, common));
      this.#before = longer;
    }
    this.#before.set(text.subarray(common), common);
    this.#beforeLength = text.length;
  }

  #walk(text: Uint8Array): NodeIndex {
    let node = this.#nodes.at(-1) ?? 0;
    let start = this.#ends.length === 0 ? 0 : this.#ends.at(-1)! + 1;
    while (start <= text.length) {
      const found = text.indexOf(semicolon, start);
      const end = found < 0 ? text.length : found;
      node = this.#builder.child(node, this.#names.frame(text, start, end));
      this.#ends.push(end);
      this.#nodes.push(node);
      start = end + 1;
    }
    return node;
  }
}

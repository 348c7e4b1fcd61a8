import { withinMemory } from '../within-memory.ts';
import { type Kernel, newKernel } from './kernel.ts';
import { type DecimalCount, endsInCount, parseCollapsedLine } from './line.ts';
import { addTree, treeOf } from './stack-tree.ts';
import { add, addTo, emptyTally, type Part, skip, type Tally } from './tally.ts';

const lineFeed = 10;
/** Memory that is used for the first time costs more than reading into what was used before. */
const firstRoom = 128 * 1024;
/** Far above any honest line, and below the longest string that Node can hold. */
const maxLineBytes = 256 * 1024 * 1024;
/**
 * Reads a part of collapsed text that begins where a line begins. Lines in the strict grammar, all
 * of them as a rule, are left to the kernel. Throws a UserError when the stacks take too much memory.
 */
export class PartReader {
  readonly #kernel: Kernel = newKernel();
  readonly #isFirst: boolean;
  readonly #tally: Tally;
  #size = firstRoom;
  #start = this.#kernel.input_room(firstRoom);
  /** Bytes of a line that has begun, from `#start` on. */
  #begun = 0;

  /** @param isFirst the text begins here: perhaps with a byte order mark, perhaps as a differential */
  constructor(isFirst: boolean) {
    this.#isFirst = isFirst;
    this.#tally = emptyTally(isFirst);
  }

  /** There was a line after which nothing is read. */
  get isRefused(): boolean {
    return this.#tally.refused !== undefined;
  }

  /** Every stack so far could have two counts. */
  get mayBeDifferential(): boolean {
    return this.#tally.differential;
  }

  /** Where the next bytes are to be put. */
  room(): Uint8Array<ArrayBuffer> {
    if (2 * this.#begun > this.#size) {
      this.#size *= 2;
      this.#start = withinMemory(() => this.#kernel.input_room(this.#size));
    }
    return this.#memory().subarray(this.#start + this.#begun, this.#start + this.#size);
  }

  /** Takes the first bytes of the room. */
  take(count: number): void {
    const fresh = this.#start + this.#begun;
    const end = fresh + count;
    this.#begun += count;
    // A long line is searched once, however many pieces it comes in.
    if (this.#lineEnd(fresh, end) < 0) this.#checkLength();
    else
      this.#keepRest(
        withinMemory(() => this.#takeLines(end)),
        end,
      );
  }

  /** Adds a part that follows directly, unless this may be a differential. */
  append({ tally, tree }: Part): void {
    this.#endLine();
    const nodes = withinMemory(() => addTree(this.#kernel, tree));
    add(this.#tally, tally, nodes);
  }

  /** All that was read. */
  finish(): Part {
    this.#endLine();
    return { tally: this.#tally, tree: withinMemory(() => treeOf(this.#kernel)) };
  }

  #memory(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#kernel.memory.buffer);
  }

  #keepRest(from: number, end: number): void {
    this.#memory().copyWithin(this.#start, from, end);
    this.#begun = end - from;
  }

  /** Where the line ends that has begun before `end`; -1 if it goes on. */
  #lineEnd(from: number, end: number): number {
    const found = this.#memory().subarray(from, end).indexOf(lineFeed);
    return found < 0 ? -1 : from + found;
  }

  /** Where the first line begins that has no end yet. */
  #takeLines(end: number): number {
    this.#kernel.forget_stack();
    let from = this.#start;
    while (!this.isRefused) {
      from = this.#takeStrict(from, end);
      const lineEnd = this.#lineEnd(from, end);
      if (lineEnd < 0) return from;
      this.#takeLine(from, lineEnd);
      from = lineEnd + 1;
    }
    return end;
  }

  /** In what may be a differential every line has to be looked at more closely. */
  #takeStrict(from: number, end: number): number {
    if (this.#tally.differential) return from;
    const rest = this.#kernel.take_lines(from, end);
    this.#tally.lines += this.#kernel.taken();
    this.#tally.stackLines += this.#kernel.taken();
    return rest;
  }

  #takeLine(from: number, end: number): void {
    const line = this.#memory().subarray(from, end);
    const number = ++this.#tally.lines;
    const parsed = parseCollapsedLine(this.#isFirst && number === 1 ? withoutMark(line) : line);
    if (parsed.kind === 'skipped') skip(this.#tally, line, parsed.why);
    if (parsed.kind !== 'stack') return;
    const { stack, count } = parsed;
    if (count.units > Number.MAX_SAFE_INTEGER)
      this.#refuse('the count is above 2^53 - 1: scale the counts down');
    else this.#takeStack(stack, count);
  }

  #takeStack(stack: Uint8Array, count: DecimalCount): void {
    this.#tally.stackLines++;
    this.#tally.differential &&= endsInCount(stack);
    const isNothing = count.units === 0 && count.millionths === 0;
    // A stack without weight needs no node, unless another count of its line has some.
    if (isNothing && !this.#tally.differential) return;
    const node = this.#kernel.node_of(stack.byteOffset, stack.length);
    this.#kernel.add(node, count.units);
    if (this.#tally.differential) addTo(this.#tally.ends, node, 1);
    if (count.millionths === 0) return;
    this.#tally.decimalLines++;
    addTo(this.#tally.millionths, node, count.millionths);
  }

  /** A last line without a line feed. */
  #endLine(): void {
    if (this.#begun === 0) return;
    this.#kernel.forget_stack();
    withinMemory(() => this.#takeLine(this.#start, this.#start + this.#begun));
    this.#begun = 0;
  }

  #checkLength(): void {
    if (this.#begun <= maxLineBytes) return;
    this.#tally.lines++;
    this.#begun = 0;
    this.#refuse('it is longer than 256 MiB: is this a text file?');
  }

  #refuse(why: string): void {
    this.#tally.refused = { line: this.#tally.lines, why };
  }
}

function withoutMark(line: Uint8Array): Uint8Array {
  const marked = line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf;
  return marked ? line.subarray(3) : line;
}

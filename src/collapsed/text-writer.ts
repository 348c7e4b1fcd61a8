import { newInstance } from '../wasm.ts';
import { withinMemory } from '../within-memory.ts';
import { fillParts, hasWeight, startsOf } from './text-parts.ts';
import type { TextTree } from './text-tree.ts';

/** What wasm/text.c exports. Addresses are in bytes of `memory`, whose buffer is another one after `make_text_room`. */
interface Kernel {
  readonly memory: WebAssembly.Memory;
  /** Of the `Sizes`, in their order, 32 bits each. */
  sizes_at(): number;
  /** Throws a WebAssembly.RuntimeError where there is no more memory. */
  make_text_room(): void;
  name_ends_at(): number;
  name_bytes_at(): number;
  parts_at(): number;
  counts_at(): number;
  chunk_at(chunk: number): number;
  /** How many bytes of whole lines it put into one of two chunks; 0 at the end. */
  write_lines(chunk: number): number;
}

/** How large what is written from is. */
type Sizes = readonly [
  names: number,
  nameBytes: number,
  partNumbers: number,
  stacks: number,
  counts: number,
  depth: number,
  line: number,
];

/**
 * The lines of a tree, sorted by the code units of their stacks, in chunks of about 256 KiB. A chunk is
 * valid until the next but one is taken. Throws a UserError where there is not enough memory.
 */
export function* textLines(tree: TextTree): Generator<Uint8Array> {
  const kernel = withinMemory(() => filled(tree));
  for (let chunk = 0; ; chunk = 1 - chunk) {
    const length = kernel.write_lines(chunk);
    if (length === 0) return;
    yield new Uint8Array(kernel.memory.buffer, kernel.chunk_at(chunk), length);
  }
}

function filled(tree: TextTree): Kernel {
  const kernel = newInstance('text') as Kernel;
  const names = tree.names.map((name) => Buffer.from(name));
  const starts = startsOf(tree);
  const sizes = sizesOf(tree, names, starts);
  new Uint32Array(kernel.memory.buffer, kernel.sizes_at(), sizes.length).set(sizes);
  kernel.make_text_room();
  const { buffer } = kernel.memory;
  const nameEnds = new Uint32Array(buffer, kernel.name_ends_at(), names.length);
  const nameBytes = new Uint8Array(buffer, kernel.name_bytes_at(), sizes[1]);
  let end = 0;
  for (const [index, name] of names.entries()) {
    nameBytes.set(name, end);
    end += name.length;
    nameEnds[index] = end;
  }
  fillParts(tree, starts, new Int32Array(buffer, kernel.parts_at(), starts.at(-1)!));
  fillCounts(tree, new Float64Array(buffer, kernel.counts_at(), sizes[3] * sizes[4]));
  return kernel;
}

function sizesOf(tree: TextTree, names: readonly Uint8Array[], starts: Int32Array): Sizes {
  const { parent, name, selfs } = tree;
  const [depth, line] = [new Int32Array(parent.length), new Uint32Array(parent.length)];
  const most = { depth: 0, line: 0 };
  let stacks = 0;
  for (let node = 1; node < parent.length; node++) {
    depth[node] = depth[parent[node]!]! + 1;
    const length = line[parent[node]!]! + names[name[node]!]!.length + 1;
    if (length >= 2 ** 31) throw new RangeError('a stack is longer than any text may be');
    line[node] = length;
    most.depth = Math.max(most.depth, depth[node]!);
    most.line = Math.max(most.line, length);
    if (hasWeight(tree, node)) stacks++;
  }
  const nameBytes = names.reduce((sum, { length }) => sum + length, 0);
  return [names.length, nameBytes, starts.at(-1)!, stacks, selfs.length, most.depth, most.line];
}

function fillCounts(tree: TextTree, counts: Float64Array): void {
  let at = 0;
  for (let node = 1; node < tree.parent.length; node++) {
    if (!hasWeight(tree, node)) continue;
    for (const self of tree.selfs) counts[at++] = self[node]!;
  }
}

import { newInstance } from '../wasm.ts';

/**
 * What wasm/*.c exports: a tree of stacks that is made of text. Addresses and sizes are in bytes of
 * `memory`, whose buffer is another one whenever a call took more of it. A call that finds no more
 * memory throws a WebAssembly.RuntimeError.
 */
export interface Kernel {
  readonly memory: WebAssembly.Memory;
  /** What is hashed is hostile: collisions must not be foreseeable. */
  seed(value: number): void;
  /** Where `size` bytes of input may be put; what was put there before is still there. */
  input_room(size: number): number;
  /** Takes whole lines of strict collapsed text; where the first other one, or the rest, begins. */
  take_lines(from: number, end: number): number;
  /** How many lines the last `take_lines` took. */
  taken(): number;
  /** The node of a stack's text; texts stay where they are until `forget_stack`. */
  node_of(text: number, length: number): number;
  forget_stack(): void;
  name_of(text: number, length: number): number;
  child(parent: number, name: number): number;
  /** Exact up to 2^53, and above that beyond it. */
  add(node: number, weight: number): void;
  /** All weights together, as exact as they are. */
  total(): number;
  nodes_count(): number;
  /** Copies self weights (doubles), parents and names (32 bits each), one after the other. */
  copy_nodes(from: number, count: number, to: number): void;
  names_count(): number;
  /** Bytes of all names together, with a `;` behind each. */
  names_size(): number;
  /** Copies where the `;` behind each name lies (32 bits each), then the bytes of all names. */
  copy_names(to: number): void;
}

/** An empty tree. Throws an Error if it was not built. */
export function newKernel(): Kernel {
  const kernel = newInstance('tree') as Kernel;
  kernel.seed(Math.floor(Math.random() * 2 ** 32));
  return kernel;
}

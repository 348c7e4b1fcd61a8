import type { Kernel } from './kernel.ts';

/** Stacks as the text names them. Every name is there once, every node below its parent once. */
export interface StackTree {
  /** The bytes of all names, with a `;` behind each, which no name holds. */
  readonly nameBytes: Uint8Array<ArrayBuffer>;
  /** Where the `;` behind each name lies. */
  readonly nameEnds: Uint32Array<ArrayBuffer>;
  /** Of each node; -1 for the root, which is node 0. */
  readonly parent: Int32Array<ArrayBuffer>;
  /** Number of the name of each node; -1 for the root. */
  readonly name: Int32Array<ArrayBuffer>;
  /** What ended exactly at each node. */
  readonly self: Float64Array<ArrayBuffer>;
  /** Of all nodes; no longer exact where it is above 2^53. */
  readonly total: number;
}

const bytesPerNode = 16;
const nodesAtOnce = 65_536;

/** A copy of the kernel's tree. What lies in its input is lost. */
export function treeOf(kernel: Kernel): StackTree {
  const count = kernel.nodes_count();
  const tree = {
    ...namesOf(kernel),
    parent: new Int32Array(count),
    name: new Int32Array(count),
    self: new Float64Array(count),
    total: kernel.total(),
  };
  const room = kernel.input_room(nodesAtOnce * bytesPerNode);
  for (let from = 0; from < count; from += nodesAtOnce) {
    const part = Math.min(nodesAtOnce, count - from);
    kernel.copy_nodes(from, part, room);
    const { buffer } = kernel.memory;
    tree.self.set(new Float64Array(buffer, room, part), from);
    tree.parent.set(new Int32Array(buffer, room + 8 * part, part), from);
    tree.name.set(new Int32Array(buffer, room + 12 * part, part), from);
  }
  return tree;
}

function namesOf(kernel: Kernel): Pick<StackTree, 'nameBytes' | 'nameEnds'> {
  const count = kernel.names_count();
  const size = kernel.names_size();
  const room = kernel.input_room(4 * count + size);
  kernel.copy_names(room);
  const { buffer } = kernel.memory;
  return {
    nameBytes: new Uint8Array(buffer, room + 4 * count, size).slice(),
    nameEnds: new Uint32Array(buffer, room, count).slice(),
  };
}

/** Adds a tree to the kernel's; the kernel's node for each of its nodes. */
export function addTree(kernel: Kernel, { parent, name, self, ...tree }: StackTree): Int32Array {
  const names = addNames(kernel, tree);
  const nodes = new Int32Array(parent.length);
  for (let node = 1; node < nodes.length; node++) {
    nodes[node] = kernel.child(nodes[parent[node]!]!, names[name[node]!]!);
    if (self[node]! > 0) kernel.add(nodes[node]!, self[node]!);
  }
  return nodes;
}

function addNames(
  kernel: Kernel,
  { nameBytes, nameEnds }: Omit<StackTree, 'parent' | 'name' | 'self'>,
) {
  const names = new Int32Array(nameEnds.length);
  let start = 0;
  for (const [name, end] of nameEnds.entries()) {
    const room = kernel.input_room(end - start);
    new Uint8Array(kernel.memory.buffer).set(nameBytes.subarray(start, end), room);
    names[name] = kernel.name_of(room, end - start);
    start = end + 1;
  }
  return names;
}

import type { Kernel } from './kernel.ts';

/** Stacks as the text names them. Every name is there once, every node below its parent once. */
export interface StackTree {
  /** The bytes of all names, one behind the other. */
  readonly nameBytes: Uint8Array<ArrayBuffer>;
  /** Where each name ends; the next one begins there. */
  readonly nameEnds: Uint32Array<ArrayBuffer>;
  /** Of each node; -1 for the root, which is node 0. */
  readonly parent: Int32Array<ArrayBuffer>;
  /** Number of the name of each node; -1 for the root. */
  readonly name: Int32Array<ArrayBuffer>;
  /** What ended exactly at each node. */
  readonly self: Float64Array<ArrayBuffer>;
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
  const nameEnds = new Uint32Array(kernel.names_count());
  let end = 0;
  for (let name = 0; name < nameEnds.length; name++) {
    end += kernel.name_length(name);
    nameEnds[name] = end;
  }
  const memory = new Uint8Array(kernel.memory.buffer);
  const nameBytes = new Uint8Array(end);
  for (let name = 0; name < nameEnds.length; name++) {
    const text = kernel.name_text(name);
    const length = kernel.name_length(name);
    nameBytes.set(memory.subarray(text, text + length), nameEnds[name]! - length);
  }
  return { nameBytes, nameEnds };
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
    start = end;
  }
  return names;
}

import type { Profile } from '../profile.ts';
import { newInstance } from '../wasm.ts';
import { withinMemory } from '../within-memory.ts';
import { namesAsRead } from './names-as-read.ts';

/** What wasm/lists.c exports. Addresses are in bytes of `memory`. */
interface Kernel {
  readonly memory: WebAssembly.Memory;
  /** Where the parents of so many nodes are to be put (32 bits each), and behind them their frames. */
  nodes_room(nodes: number, frames: number): number;
  /** Goes through the nodes; how many frames they have. */
  walk(): number;
  /** Where these frames are (32 bits each), in the order of their first nodes. */
  met_frames(): number;
  /** Where so many bytes of names are to be put, with a `;` behind each. */
  names_room(size: number): number;
  /** 0: they are not the same between the quotes of JSON. */
  begin_names(): number;
  /** How many bytes of the lines of names lie at `piece_start`, which are the next ones; 0: there are no more. */
  next_names(): number;
  /** Where the weights of a column are to be put (doubles), once the nodes were gone through. */
  selfs_room(): number;
  begin_list(list: number): void;
  /** How many bytes of the list lie at `piece_start`, which are the next ones; 0: there are no more. */
  next_piece(): number;
  piece_start(): number;
}

/** As `begin_list` has them: those of nodes, and those of a column. */
const nodeLists = { upGaps: 0, upValues: 1, frames: 2 };
const columnLists = { selfGaps: 3, selfValues: 4 };
/** What ends a line of the text. */
export const lineFeed = Uint8Array.of(0x0a);

/** The numbers about the nodes of a profile, as `writeProfile` describes them. */
export interface ProfileLists {
  /** The frames that nodes have, in the order of their own numbers, by their numbers in the profile. */
  readonly frames: Uint32Array;
  /** Lines of their names, in chunks that are valid until the next is taken, where names are all that frames have. */
  readonly names: Iterable<Uint8Array> | undefined;
  /** Chunks of lines that are valid until the next is taken. */
  readonly lines: Iterable<Uint8Array>;
}

/** Throws a UserError where there is not enough memory, an Error if wasm/ was not built. */
export function profileLists(profile: Profile): ProfileLists {
  const { parent, frame, frames, columns } = profile;
  const kernel = newInstance('lists') as Kernel;
  const room = withinMemory(() => kernel.nodes_room(parent.length, frames.length));
  const { buffer } = kernel.memory;
  new Int32Array(buffer, room).set(parent);
  new Int32Array(buffer, room + parent.byteLength).set(frame);
  const count = kernel.walk();
  const names = namesOf(kernel, profile);
  // The names may have made another buffer of it.
  const met = new Uint32Array(kernel.memory.buffer, kernel.met_frames(), count);
  return {
    frames: met,
    names,
    lines: linesOf(kernel, columns),
  };
}

function namesOf(kernel: Kernel, { frames }: Profile): Iterable<Uint8Array> | undefined {
  const names = namesAsRead(frames);
  if (names === undefined) return undefined;
  const room = withinMemory(() => kernel.names_room(names.length));
  new Uint8Array(kernel.memory.buffer, room).set(names);
  return kernel.begin_names() === 0 ? undefined : piecesOf(kernel, kernel.next_names);
}

function* linesOf(kernel: Kernel, columns: Profile['columns']): Generator<Uint8Array> {
  for (const list of Object.values(nodeLists)) yield* lineOf(kernel, list);
  for (const { self } of columns) {
    new Float64Array(kernel.memory.buffer, kernel.selfs_room()).set(self);
    for (const list of Object.values(columnLists)) yield* lineOf(kernel, list);
  }
}

function* lineOf(kernel: Kernel, list: number): Generator<Uint8Array> {
  kernel.begin_list(list);
  yield* piecesOf(kernel, kernel.next_piece);
  yield lineFeed;
}

function* piecesOf(kernel: Kernel, next: () => number): Generator<Uint8Array> {
  for (let size = next(); size > 0; size = next())
    yield new Uint8Array(kernel.memory.buffer, kernel.piece_start(), size);
}

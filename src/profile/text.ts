import type { Frame } from '../frame.ts';
import type { NodeIndex, Profile } from '../profile.ts';
import { NumberList, SparseList } from './number-list.ts';

/** Letters of names. */
const lineLength = 65_536;
const lineFeed = Uint8Array.of(0x0a);

/**
 * A profile with everything in it as lines of text, in UTF-8, in chunks. Line 1 is a JSON object: the
 * format's version, `columns`, the weights that the `root` itself has, `meta`. Lines of JSON lists hold
 * the frames in the order of their first nodes: a name, or an object where more is known. The lines
 * after them are lists of numbers about the nodes, depth first, siblings in the order of their indexes:
 * - `up`, sparse: the parent of a node lies so many nodes above the node before (0: it is that node).
 * - `frame`: counted from 0.
 * - `self` of each column, sparse.
 * See NumberList for their letters. A sparse list is two lines: see SparseList.
 */
export function* writeProfile(profile: Profile): Generator<Uint8Array> {
  const { frames, lists } = listsOf(profile);
  yield Buffer.from(headOf(profile));
  yield* frameLines(frames);
  for (const list of lists) {
    yield list.bytes();
    yield lineFeed;
  }
}

/** Version of the text: what reads it refuses others. */
export const profileTextVersion = 2;

function headOf({ columns, meta }: Profile): string {
  const head = {
    profile: profileTextVersion,
    columns: columns.map(({ name, unit }) => ({ name, unit })),
    root: columns.map(({ self }) => self[0]),
    meta,
  };
  return `${JSON.stringify(head)}\n`;
}

function* frameLines(frames: readonly Frame[]): Generator<Uint8Array> {
  let line: (Frame | string)[] = [];
  let length = 0;
  for (const [index, frame] of frames.entries()) {
    line.push(known(frame));
    length += frame.name.length;
    if (length < lineLength && index < frames.length - 1) continue;
    yield Buffer.from(`${JSON.stringify(line)}\n`);
    line = [];
    length = 0;
  }
}

/** The name alone if that is all, else the fields that a frame has, always in the same order. */
function known({ name, module, file, line, kernel, inlined, jit }: Frame): Frame | string {
  if ((module ?? file ?? line) === undefined && !kernel && !inlined && !jit) return name;
  return {
    name,
    ...(module !== undefined && { module }),
    ...(file !== undefined && { file }),
    ...(line !== undefined && { line }),
    ...(kernel && { kernel }),
    ...(inlined && { inlined }),
    ...(jit && { jit }),
  };
}

/** The numbers about nodes, and the frames that they have, in the order of their own numbers. */
function listsOf(profile: Profile): { frames: Frame[]; lists: NumberList[] } {
  const { columns, frame } = profile;
  const up = new SparseList();
  const numbers = new NumberList();
  const self = columns.map(() => new SparseList());
  const frames: Frame[] = [];
  const numberOf = new Int32Array(profile.frames.length).fill(-1);
  visit(profile, (node, ups) => {
    const its = frame[node]!;
    if (numberOf[its] === -1) numberOf[its] = frames.push(profile.frames[its]!) - 1;
    up.push(ups);
    numbers.push(numberOf[its]!);
    for (let column = 0; column < self.length; column++)
      self[column]!.push(columns[column]!.self[node]!);
  });
  const lists = [up.gaps, up.values, numbers];
  return { frames, lists: [...lists, ...self.flatMap(({ gaps, values }) => [gaps, values])] };
}

/** Calls `take` for each node but the root, depth first, with how far above the node before its parent lies. */
function visit({ parent }: Profile, take: (node: NodeIndex, up: number) => void): void {
  // The root is nobody's child.
  const [firstChild, nextSibling] = [new Int32Array(parent.length), new Int32Array(parent.length)];
  for (let node = parent.length - 1; node > 0; node--) {
    nextSibling[node] = firstChild[parent[node]!]!;
    firstChild[parent[node]!] = node;
  }
  let up = 0;
  for (let node = firstChild[0]!; node > 0; ) {
    take(node, up);
    up = 0;
    if (firstChild[node]! > 0) {
      node = firstChild[node]!;
      continue;
    }
    // The parent of a sibling is the parent of the node, one above it.
    for (up = 1; node > 0 && nextSibling[node] === 0; up++) node = parent[node]!;
    node = nextSibling[node]!;
  }
}

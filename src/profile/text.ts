import type { Frame } from '../frame.ts';
import type { Profile } from '../profile.ts';
import { lineFeed, profileLists } from './lists.ts';
import { profileTextVersion } from './text-reader.ts';

/** Letters of names; wasm/lists.c has the same. */
const lineLength = 65_536;

/**
 * A profile with everything in it as lines of text, in UTF-8, in chunks that are valid until the next is
 * taken. Line 1 is a JSON object: the format's version, `columns`, the weights that the `root` itself has,
 * `meta`. Lines of JSON lists hold the frames in the order of their first nodes: a name, or an object where
 * more is known. The lines after them are lists of numbers about the nodes, depth first, siblings in the
 * order of their indexes:
 * - `up`, sparse: the parent of a node lies so many nodes above the node before (0: it is that node).
 * - `frame`: counted from 0.
 * - `self` of each column, sparse.
 * A list is the letters of base64, one number after the other: the variable-length quantities of source maps
 * (ECMA-426), without a sign. A sparse one, in which most are 0, is two lines: for every other number how many
 * of them are before it, and these numbers.
 */
export function* writeProfile(profile: Profile): Generator<Uint8Array> {
  const { frames, names, lines } = profileLists(profile);
  yield Buffer.from(headOf(profile));
  yield* names ?? frameLines(profile.frames, frames);
  yield* lines;
}

function headOf({ columns, meta }: Profile): string {
  const head = {
    profile: profileTextVersion,
    columns: columns.map(({ name, unit }) => ({ name, unit })),
    root: columns.map(({ self }) => self[0]),
    meta,
  };
  return `${JSON.stringify(head)}\n`;
}

function* frameLines(frames: readonly Frame[], numbers: Uint32Array): Generator<Uint8Array> {
  let line: (Frame | string)[] = [];
  let length = 0;
  for (let i = 0; i < numbers.length; i++) {
    const frame = frames[numbers[i]!]!;
    line.push(known(frame));
    length += frame.name.length;
    if (length < lineLength && i < numbers.length - 1) continue;
    yield Buffer.from(JSON.stringify(line));
    yield lineFeed;
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

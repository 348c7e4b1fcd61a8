import { UserError } from '../errors.ts';
import type { Frame } from '../frame.ts';
import type { FrameIndex, NodeIndex, Profile } from '../profile.ts';
import type { Unit } from '../units.ts';
import { ProfileBuilder } from './builder.ts';
import type { Metadata } from './metadata.ts';
import { NumberReader, SparseReader } from './number-list.ts';

type Fields = Readonly<Record<string, unknown>>;
type WrongField = (meta: Fields) => string | undefined;

interface Draft {
  readonly builder: ProfileBuilder;
  readonly columns: number;
  readonly meta: Metadata;
  readonly frames: FrameIndex[];
  readonly lists: string[];
}

/** Of the text that `writeProfile` writes: others are refused. */
export const profileTextVersion = 2;

/** Takes the lines that `writeProfile` wrote, one by one. */
export class ProfileTextReader {
  readonly #wrongField: WrongField;
  #draft: Draft | undefined;
  #line = 0;

  /** @param wrongField names a field of the metadata that is not what it should be; without it nobody looks at them */
  constructor(wrongField: WrongField = () => undefined) {
    this.#wrongField = wrongField;
  }

  /** Throws a UserError for a line that is malformed, and for the text of another version. */
  take(line: string): void {
    this.#line++;
    refusing(`line ${this.#line}`, () => {
      if (this.#draft === undefined) this.#draft = draftOf(line, this.#wrongField);
      else if (line.startsWith('[')) takeFrames(this.#draft, line);
      else this.#draft.lists.push(line);
    });
  }

  /** Throws a UserError when there was no line at all, and when the nodes are malformed. */
  finish(): Profile {
    const draft = this.#draft;
    if (draft === undefined) throw new UserError('the embedded data are empty');
    refusing('nodes', () => addNodes(draft));
    return draft.builder.build(draft.meta);
  }
}

function refusing(where: string, read: () => void): void {
  try {
    read();
  } catch (error) {
    // JSON that is nested too deeply is a RangeError.
    if ([Malformed, SyntaxError, RangeError].some((kind) => error instanceof kind))
      throw new UserError(`the embedded data are malformed: ${where}: ${(error as Error).message}`);
    throw error;
  }
}

class Malformed extends Error {}

const units: readonly Unit[] = ['bytes', 'count', 'pages'];

function draftOf(line: string, wrongField: WrongField): Draft {
  const { profile: version, columns, root, meta } = objectIn(JSON.parse(line));
  if (version !== profileTextVersion)
    throw new UserError(
      `the embedded data are of version ${Number(version)}, and this memstacks reads ${profileTextVersion}: use the memstacks that drew it`,
    );
  const kinds = listIn(columns, 'columns').map(columnOf);
  if (kinds.length === 0) throw new Malformed('there are no columns');
  const wrong = wrongField(objectIn(meta));
  if (wrong !== undefined) throw new Malformed(`"${wrong}" is not what it should be`);
  const builder = new ProfileBuilder(kinds);
  listIn(root, 'root').forEach((weight, column) => {
    if (column < kinds.length) builder.add(0, column, countIn(weight));
  });
  return { builder, columns: kinds.length, meta: meta as Metadata, frames: [], lists: [] };
}

function columnOf(value: unknown): { name: string; unit: Unit } {
  const { name, unit } = objectIn(value);
  const known = units.find((each) => each === unit);
  if (typeof name !== 'string' || known === undefined) throw new Malformed('a column is none');
  return { name, unit: known };
}

function takeFrames({ builder, frames }: Draft, line: string): void {
  for (const found of listIn(JSON.parse(line), 'frames'))
    frames.push(
      builder.frame(typeof found === 'string' ? { name: found } : frameOf(objectIn(found))),
    );
}

function frameOf({ name, module, file, line: number, kernel, inlined, jit }: Fields): Frame {
  if (typeof name !== 'string') throw new Malformed('a frame has no name');
  return {
    name,
    ...(typeof module === 'string' && { module }),
    ...(typeof file === 'string' && { file }),
    ...(number !== undefined && { line: countIn(number) }),
    ...(kernel === true && { kernel }),
    ...(inlined === true && { inlined }),
    ...(jit === true && { jit }),
  };
}

/** See `writeProfile`. */
function addNodes({ builder, columns, frames, lists }: Draft): void {
  if (lists.length !== 3 + 2 * columns) throw new Malformed('there are too few or too many lists');
  const [up, frame, self] = [sparseAt(lists, 0), new NumberReader(lists[2]!), selfReaders(lists)];
  /** The node before, and all above it; the root first. */
  const path: NodeIndex[] = [0];
  while (!frame.isAtEnd) {
    const above = path.length - 1 - up.next();
    if (above < 0) throw new Malformed('a node is above the root');
    const node = builder.child(path[above]!, frameAt(frames, frame.next()));
    path.length = above + 1;
    path.push(node);
    for (let column = 0; column < columns; column++) {
      const weight = self[column]!.next();
      // Most are 0, and snapshots are a hundred columns.
      if (weight !== 0) builder.add(node, column, weight);
    }
  }
  if (![up, ...self].every(({ isAtEnd }) => isAtEnd))
    throw new Malformed('the lists are not equally long');
}

function frameAt(frames: readonly FrameIndex[], number: number): FrameIndex {
  const frame = frames[number];
  if (frame === undefined) throw new Malformed(`frame ${number} is not defined`);
  return frame;
}

function sparseAt(lists: readonly string[], at: number): SparseReader {
  return new SparseReader(lists[at]!, lists[at + 1]!);
}

function selfReaders(lists: readonly string[]): SparseReader[] {
  const starts = Array.from(lists.keys()).filter((at) => at >= 3 && at % 2 === 1);
  return starts.map((start) => sparseAt(lists, start));
}

function countIn(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    throw new Malformed('expected a whole number');
  return value as number;
}

function objectIn(value: unknown): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Malformed('expected an object');
  return value as Fields;
}

function listIn(value: unknown, key: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new Malformed(`"${key}" must be a list`);
  return value;
}

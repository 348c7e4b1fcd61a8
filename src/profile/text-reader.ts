import { UserError } from '../errors.ts';
import type { Frame } from '../frame.ts';
import type { FrameIndex, NodeIndex, Profile } from '../profile.ts';
import type { Unit } from '../units.ts';
import { ProfileBuilder } from './builder.ts';
import type { Metadata } from './metadata.ts';
import { profileTextVersion } from './text.ts';

type Fields = Readonly<Record<string, unknown>>;
type WrongField = (meta: Fields) => string | undefined;

interface Draft {
  readonly builder: ProfileBuilder;
  readonly columns: number;
  readonly meta: Metadata;
  readonly frames: FrameIndex[];
  /** The node before, and all above it; the root first. */
  readonly path: NodeIndex[];
}

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
    try {
      if (this.#draft === undefined) this.#draft = draftOf(line, this.#wrongField);
      else if (line.startsWith('{')) takeFrame(this.#draft, line);
      else takeNode(this.#draft, line);
    } catch (error) {
      // JSON that is nested too deeply is a RangeError.
      if ([Malformed, SyntaxError, RangeError].some((kind) => error instanceof kind))
        throw new UserError(
          `the embedded data are malformed: line ${this.#line}: ${(error as Error).message}`,
        );
      throw error;
    }
  }

  /** Throws a UserError when there was no line at all. */
  finish(): Profile {
    if (this.#draft === undefined) throw new UserError('the embedded data are empty');
    return this.#draft.builder.build(this.#draft.meta);
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
  return { builder, columns: kinds.length, meta: meta as Metadata, frames: [], path: [0] };
}

function columnOf(value: unknown): { name: string; unit: Unit } {
  const { name, unit } = objectIn(value);
  const known = units.find((each) => each === unit);
  if (typeof name !== 'string' || known === undefined) throw new Malformed('a column is none');
  return { name, unit: known };
}

function takeFrame({ builder, frames }: Draft, line: string): void {
  const { name, module, file, line: number, kernel, inlined, jit } = objectIn(JSON.parse(line));
  if (typeof name !== 'string') throw new Malformed('a frame has no name');
  const frame: Frame = {
    name,
    ...(typeof module === 'string' && { module }),
    ...(typeof file === 'string' && { file }),
    ...(number !== undefined && { line: countIn(number) }),
    ...(kernel === true && { kernel }),
    ...(inlined === true && { inlined }),
    ...(jit === true && { jit }),
  };
  frames.push(builder.frame(frame));
}

function takeNode({ builder, columns, frames, path }: Draft, line: string): void {
  const numbers = numbersIn(line);
  const [up, number] = numbers;
  if (up === undefined || number === undefined) throw new Malformed('expected whole numbers');
  if (up >= path.length) throw new Malformed('a node is above the root');
  const frame = frames[number];
  if (frame === undefined) throw new Malformed(`frame ${number} is not defined`);
  if (numbers.length > 2 + columns) throw new Malformed('more weights than columns');
  path.length -= up;
  const node = builder.child(path[path.length - 1]!, frame);
  path.push(node);
  for (let at = 2; at < numbers.length; at++) builder.add(node, at - 2, numbers[at]!);
}

const zero = 0x30;
const blank = 0x20;

/** Whole numbers with a blank between them. There are as many lines as nodes: no texts are cut out. */
function numbersIn(line: string): number[] {
  const numbers: number[] = [];
  let number = 0;
  let digits = 0;
  for (let at = 0; at <= line.length; at++) {
    const code = at < line.length ? line.charCodeAt(at) : blank;
    if (code === blank && digits > 0) {
      numbers.push(number);
      number = digits = 0;
    } else {
      number = 10 * number + (code - zero);
      digits++;
      if (code < zero || code > zero + 9 || !Number.isSafeInteger(number))
        throw new Malformed('expected whole numbers');
    }
  }
  return numbers;
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

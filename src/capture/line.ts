import { UserError } from '../errors.ts';

/** A JSON object of a capture and the line that it stands on, for error messages. */
export interface CaptureLine {
  readonly number: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The object on a line, or undefined where the text is not JSON. */
export function parseLine(text: string, number: number): CaptureLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return asObject(value, { number, fields: {} }, 'the line');
}

/** Messages name the key, never the value: that may be the traced process's choice. */
export function malformed(line: CaptureLine, what: string): UserError {
  return new UserError(
    `line ${line.number} of the capture is malformed: ${what}; capture again, or remove that line`,
  );
}

/** Whether the line has the key at all. */
export function has(line: CaptureLine, key: string): boolean {
  return Object.hasOwn(line.fields, key);
}

/** The text under `key`. */
export function text(line: CaptureLine, key: string): string {
  const value = line.fields[key];
  if (typeof value !== 'string') throw malformed(line, `"${key}" must be a text`);
  return value;
}

/** One of a closed list of values. */
export function oneOf<T extends string | boolean>(
  line: CaptureLine,
  key: string,
  words: readonly T[],
): T {
  const found = words.find((candidate) => candidate === line.fields[key]);
  if (found === undefined) throw malformed(line, `"${key}" must be one of ${words.join(', ')}`);
  return found;
}

/** Whether the key is there and true. */
export function flag(line: CaptureLine, key: string): boolean {
  return has(line, key) && oneOf(line, key, [true, false]);
}

/** A whole number from 0 to 2^53 - 1. */
export function count(line: CaptureLine, key: string): number {
  return asCount(line.fields[key], line, `"${key}"`);
}

/** An index of something that was defined on an earlier line. */
export function reference(line: CaptureLine, key: string, defined: readonly unknown[]): number {
  return asReference(line.fields[key], line, { key, defined });
}

/** Like `reference`, for a list of them that is not empty. */
export function references(
  line: CaptureLine,
  key: string,
  defined: readonly unknown[],
): readonly number[] {
  const indexes = list(line, key);
  if (indexes.length === 0) throw malformed(line, `"${key}" must not be empty`);
  for (const index of indexes) asReference(index, line, { key, defined });
  return indexes as readonly number[];
}

/** Places in a list of so many things. */
export function places(line: CaptureLine, key: string, length: number): readonly number[] {
  return list(line, key).map((value) => {
    const place = asCount(value, line, `"${key}"`);
    if (place >= length)
      throw malformed(line, `"${key}" holds place ${place}, and there are only ${length}`);
    return place;
  });
}

/** Whole numbers from 0 to 2^53 - 1, each larger than the one before. */
export function counts(line: CaptureLine, key: string): readonly number[] {
  const numbers = list(line, key).map((value) => asCount(value, line, `"${key}"`));
  if (numbers.every((number, index) => index === 0 || number > numbers[index - 1]!)) return numbers;
  throw malformed(line, `"${key}" must be ascending`);
}

/** The texts in the list under `key`. */
export function texts(line: CaptureLine, key: string): readonly string[] {
  return list(line, key).map((value) => {
    if (typeof value !== 'string') throw malformed(line, `"${key}" must hold texts only`);
    return value;
  });
}

/** The object under `key`, as a line of its own with the same number. */
export function nested(line: CaptureLine, key: string): CaptureLine {
  return asObject(line.fields[key], line, `"${key}"`);
}

/** The objects in the list under `key`. */
export function objects(line: CaptureLine, key: string): readonly CaptureLine[] {
  return list(line, key).map((value) => asObject(value, line, `each of "${key}"`));
}

/** A `[bytes, calls]` pair. */
export function weight(line: CaptureLine, key: string): { bytes: number; calls: number } {
  const pair = list(line, key);
  if (pair.length !== 2) throw malformed(line, `"${key}" must be [bytes, calls]`);
  const [bytes, calls] = pair.map((value) => asCount(value, line, `"${key}"`));
  return { bytes: bytes!, calls: calls! };
}

/** The rows of a table of whole numbers from 0 to 2^53 - 1, each `width` long. */
export function rows(
  line: CaptureLine,
  key: string,
  width: number,
): readonly (readonly number[])[] {
  return list(line, key).map((value) => asRow(value, line, { key, width }));
}

/** A list of `width` whole numbers from 0 to 2^53 - 1. */
export function row(line: CaptureLine, key: string, width: number): readonly number[] {
  return asRow(line.fields[key], line, { key, width });
}

function asRow(
  value: unknown,
  line: CaptureLine,
  { key, width }: { key: string; width: number },
): readonly number[] {
  if (!Array.isArray(value) || value.length !== width)
    throw malformed(line, `"${key}" must hold lists of ${width} numbers`);
  for (const number of value) asCount(number, line, `"${key}"`);
  return value;
}

function list(line: CaptureLine, key: string): readonly unknown[] {
  const value = line.fields[key];
  if (!Array.isArray(value)) throw malformed(line, `"${key}" must be a list`);
  return value;
}

function asObject(value: unknown, line: CaptureLine, what: string): CaptureLine {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed(line, `${what} must be an object`);
  return { number: line.number, fields: value as Record<string, unknown> };
}

function asCount(value: unknown, line: CaptureLine, what: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0)
    throw malformed(line, `${what} must be a whole number from 0 to 2^53 - 1`);
  return value as number;
}

function asReference(
  value: unknown,
  line: CaptureLine,
  to: { key: string; defined: readonly unknown[] },
): number {
  const index = asCount(value, line, `"${to.key}"`);
  if (index >= to.defined.length)
    throw malformed(line, `"${to.key}" refers to number ${index}, which no earlier line defines`);
  return index;
}

import { UserError } from '../errors.ts';

type Value = string | readonly string[] | undefined;

/** The one value of an option. Throws a UserError when it was given more than once or is empty. */
export function single<Text extends string>(
  value: Text | readonly Text[] | undefined,
  option: string,
): Text | undefined {
  if (value === '') throw new UserError(`${option} needs a value`, 2);
  if (value === undefined || typeof value === 'string') return value;
  throw new UserError(`${option} may be given only once`, 2);
}

/** Every value of a repeatable option. Throws a UserError for an empty one. */
export function several(value: Value, option: string): readonly string[] {
  const values = value === undefined ? [] : [value].flat();
  for (const each of values) single(each, option);
  return values;
}

/** Bytes: a whole number, with k, M or G for powers of 1024. */
export function sizeOption(value: Value, option: string): number | undefined {
  const text = single(value, option);
  if (text === undefined) return undefined;
  const match = /^(\d+)([kmg]?)(i?b)?$/i.exec(text);
  const bytes = match
    ? Number(match[1]) * 1024 ** ' kmg'.indexOf(match[2]!.toLowerCase() || ' ')
    : NaN;
  if (!Number.isSafeInteger(bytes))
    throw new UserError(`${option} ${text}: expected bytes, such as 64, 4k or 1M`, 2);
  return bytes;
}

/** A whole number from `least` to `most`. */
export function wholeOption(
  value: Value,
  option: string,
  { least = 0, most = Number.MAX_SAFE_INTEGER } = {},
): number | undefined {
  const text = single(value, option);
  if (text === undefined) return undefined;
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  const range =
    most < Number.MAX_SAFE_INTEGER ? `from ${least} to ${most}` : `of at least ${least}`;
  throw new UserError(`${option} ${text}: expected a whole number ${range}`, 2);
}

/** A number of at least zero, decimals allowed. */
export function decimalOption(value: Value, option: string): number | undefined {
  const text = single(value, option);
  if (text === undefined) return undefined;
  const number = /^(\d+\.?\d*|\.\d+)$/.test(text) ? Number(text) : NaN;
  if (!Number.isFinite(number))
    throw new UserError(`${option} ${text}: expected a number, such as 5 or 0.5`, 2);
  return number;
}

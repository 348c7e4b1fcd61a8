/** What a line of collapsed text turned out to be. */
export type CollapsedLine =
  | { readonly kind: 'stack'; readonly stack: Uint8Array; readonly count: DecimalCount }
  | { readonly kind: 'comment' }
  | { readonly kind: 'skipped'; readonly why: string };

/** 12.5 is 12 units and 500,000 millionths. */
export interface DecimalCount {
  readonly units: number;
  readonly millionths: number;
}

const tab = 0x09;
const carriageReturn = 0x0d;
const blank = 0x20;
const numberSign = 0x23;
const point = 0x2e;
const zero = 0x30;
const nine = 0x39;
const semicolon = 0x3b;

/**
 * Takes a line (without its line feed) apart. White space around the stack and the count and `;` at
 * either end of the stack are tolerated; blank lines and those that begin with `# ` are comments.
 */
export function parseCollapsedLine(line: Uint8Array): CollapsedLine {
  const end = skipBack(line, line.length, isSpace);
  const start = skipForward(line, end, isSpace);
  if (start === end || isComment(line, start, end)) return { kind: 'comment' };
  const countStart = skipBack(line, end, isWord);
  const word = line.subarray(countStart, end);
  const count = parseCount(word);
  if (count === undefined) return { kind: 'skipped', why: whyNoCount(word) };
  const stackEnd = skipBack(line, countStart, isPadding);
  const stackStart = skipForward(line, stackEnd, isPadding);
  if (stackStart === stackEnd) return { kind: 'skipped', why: 'no stack before the count' };
  return { kind: 'stack', stack: line.subarray(stackStart, stackEnd), count };
}

/** True when the leaf's last word would be a count too, as it is in a differential file. */
export function endsInCount(stack: Uint8Array): boolean {
  const start = skipBack(stack, stack.length, isWord);
  return start > 0 && parseCount(stack.subarray(start)) !== undefined;
}

/** Digits, or digits and a point and perhaps more digits. Units above 2^53 are inexact. */
export function parseCount(word: Uint8Array): DecimalCount | undefined {
  let units = 0;
  for (let i = 0; i < word.length; i++) {
    const byte = word[i]!;
    if (byte === point && i > 0) return withFraction(units, word.subarray(i + 1));
    if (byte < zero || byte > nine) return undefined;
    // Not 10 * units + byte first: that may be above 2^53 where the result is not.
    units = 10 * units + (byte - zero);
  }
  return { units, millionths: 0 };
}

/** What is smaller than a millionth is rounded. */
function withFraction(units: number, digits: Uint8Array): DecimalCount | undefined {
  if (digits.some((byte) => byte < zero || byte > nine)) return undefined;
  const millionths = Math.round(1e6 * Number(`0.${asText(digits)}`));
  return { units, millionths };
}

function whyNoCount(word: Uint8Array): string {
  const text = asText(word.subarray(0, 64));
  if (/^-\.?\d/.test(text)) return 'negative count';
  if (/^\+?\.?\d/.test(text)) return 'the count is not a plain decimal number';
  return 'no count at the end';
}

function asText(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function isComment(line: Uint8Array, start: number, end: number): boolean {
  return line[start] === numberSign && (start + 1 === end || isSpace(line[start + 1]!));
}

function skipBack(bytes: Uint8Array, end: number, skipped: (byte: number) => boolean): number {
  let at = end;
  while (at > 0 && skipped(bytes[at - 1]!)) at--;
  return at;
}

function skipForward(bytes: Uint8Array, end: number, skipped: (byte: number) => boolean): number {
  let at = 0;
  while (at < end && skipped(bytes[at]!)) at++;
  return at;
}

function isSpace(byte: number): boolean {
  return byte === blank || byte === tab || byte === carriageReturn;
}

function isWord(byte: number): boolean {
  return !isSpace(byte);
}

function isPadding(byte: number): boolean {
  return byte === semicolon || isSpace(byte);
}

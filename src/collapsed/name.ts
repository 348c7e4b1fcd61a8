import type { Frame } from '../frame.ts';

/** What the field writes behind a name, https://github.com/brendangregg/FlameGraph; in our order. */
const marks = [
  ['kernel', '_[k]'],
  ['jit', '_[j]'],
  ['inlined', '_[i]'],
] as const;
const markLength = '_[k]'.length;

/**
 * A frame as it stands in collapsed text: its name, such that no reader takes it for something else,
 * and a mark behind it for code of the kernel `_[k]`, of a JIT compiler `_[j]`, and inlined `_[i]`.
 * Module, file and line are not written. Reading it and writing it again changes nothing more.
 */
export function collapsedName(frame: Frame): string {
  return plainName(frame.name) + marksOf(frame);
}

/** The marks that a frame has. */
export function marksOf(frame: Frame): string {
  const own = marks.filter(([kind]) => frame[kind]);
  return own.map(([, mark]) => mark).join('');
}

/** The frame that collapsed text names: marks in any order become what they stand for. */
export function frameOfText(text: string): Frame {
  if (text !== '' && !text.endsWith(']')) return { name: text };
  const kinds: { kernel?: true; jit?: true; inlined?: true } = {};
  let end = text.length;
  for (let kind = markBefore(text, end); kind; kind = markBefore(text, end)) {
    kinds[kind] = true;
    end -= markLength;
  }
  return { name: text === '' ? '[empty]' : text.slice(0, end), ...kinds };
}

/** A mark alone is a name. */
function markBefore(text: string, end: number): (typeof marks)[number][0] | undefined {
  if (end <= markLength || text[end - 1] !== ']') return undefined;
  const last = text.slice(end - markLength, end);
  return marks.find(([, mark]) => mark === last)?.[0];
}

/**
 * `;` becomes `:`, white space other than a blank becomes a blank, other control characters and lone
 * surrogates become U+FFFD, and white space at either end goes. A last word that is a bare number
 * would be read as a weight, and a first word `#` as a comment: these get brackets. What would be
 * read as a mark gets a blank for its `_`. An empty name becomes `[empty]`.
 */
function plainName(name: string): string {
  const text = name
    .replaceAll(';', ':')
    .replace(/[\t\n\v\f\r\x85\u2028\u2029]/g, ' ')
    .replace(/[\0-\x1f\x7f-\x9f]|\p{Surrogate}/gu, '\ufffd')
    .trim()
    .replace(/(?<=.)_(\[[kji]\])$/, ' $1')
    .replace(/^#(?= |$)/, '[#]')
    .replace(/ (\d+(?:\.\d*)?)$/, ' [$1]');
  return text === '' ? '[empty]' : text;
}

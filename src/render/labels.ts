import { withoutParameters, withoutTemplateArguments } from '../symbol-name.ts';

/** What text is set in. */
export interface Font {
  readonly family: string;
  /** Pixels. */
  readonly size: number;
}

/** What a frame shows; the amount is empty where there is no room for it. */
export interface Label {
  readonly name: string;
  readonly amount: string;
  /** In its place where there is less room. */
  readonly shortAmount?: string;
}

const ellipsis = '..';
const fewestCharacters = 3;

/** Advance widths of U+0020 to U+007E in 1/100 em: the wider of Verdana and DejaVu Sans. */
const asciiWidths = [
  36, 41, 46, 84, 64, 108, 78, 28, 46, 46, 64, 84, 37, 46, 37, 46, 64, 64, 64, 64, 64, 64, 64, 64,
  64, 64, 46, 46, 84, 84, 84, 55, 100, 69, 69, 70, 78, 64, 58, 78, 76, 43, 46, 70, 56, 87, 75, 79,
  61, 79, 70, 69, 62, 74, 69, 99, 69, 62, 69, 46, 46, 46, 84, 64, 64, 62, 64, 55, 64, 62, 36, 64,
  64, 28, 35, 60, 28, 98, 64, 62, 64, 64, 43, 53, 40, 64, 60, 82, 60, 60, 53, 64, 46, 64, 84,
];

const knownFamily = /^\s*["']?(verdana|dejavu sans|arial|helvetica|liberation sans)["']?\s*(,|$)/i;
// Fixed-width faces are 0.6 em wide, also where Verdana is narrower.
const unknownFamilyWidth = 62;

/** Of any character, in 1/100 em. Asked for every text of a picture, nearly always of one font. */
function leastWidth({ family }: Font): number {
  if (family !== lastFamily.name)
    lastFamily = { name: family, least: knownFamily.test(family) ? 0 : unknownFamilyWidth };
  return lastFamily.least;
}

let lastFamily = { name: '', least: unknownFamilyWidth };

/** Pixels that `text` takes at most: an estimate from above, as no font is at hand. */
export function widthOf(text: string, font: Font): number {
  return (startWithin(text, font, Number.POSITIVE_INFINITY).width * font.size) / 100;
}

/** The longest start of a text within some room, in code units of whole characters, and its width in 1/100 em. */
interface Start {
  readonly length: number;
  readonly width: number;
}

/** @param room pixels, of which `taken` (1/100 em) are for something else */
function startWithin(text: string, font: Font, room: number, taken = 0): Start {
  const least = leastWidth(font);
  let width = 0;
  for (let at = 0; at < text.length; ) {
    const codePoint = text.codePointAt(at)!;
    const own = characterWidth(codePoint);
    const wider = width + (own < least ? least : own);
    if (((wider + taken) * font.size) / 100 > room) return { length: at, width };
    width = wider;
    at += codePoint > 0xffff ? 2 : 1;
  }
  return { length: text.length, width };
}

/** Most names are far wider than their frames: no more is looked at than fits. */
function fitsIn(text: string, font: Font, room: number, taken = 0): boolean {
  return startWithin(text, font, room, taken).length === text.length;
}

function characterWidth(codePoint: number): number {
  const ascii = asciiWidths[codePoint - 0x20];
  if (ascii !== undefined) return ascii;
  if (codePoint < 0x0250) return 100;
  if (codePoint < 0x1100) return 115;
  // The Arabic ligatures are whole phrases in one character.
  if (codePoint >= 0xfb50 && codePoint <= 0xfdff) return 400;
  return codePoint < 0x10000 ? 110 : 140;
}

/**
 * As much of the label as fits in `room` pixels: the name, without template arguments, without
 * parameters too, the start of that, or nothing; and the amount behind a name that is not cut.
 */
export function fitLabel(label: Label, font: Font, room: number): Label {
  const { name, amount, shortAmount = '' } = label;
  if (!fitsIn(name.slice(0, fewestCharacters) + ellipsis, font, room) && !fitsIn(name, font, room))
    return { name: '', amount: '' };
  let form = name;
  for (form of formsOf(name)) {
    const { length, width } = startWithin(form, font, room);
    if (length < form.length) continue;
    const fits = (each: string) => fitsIn(` ${each}`, font, room, width);
    return { name: form, amount: [amount, shortAmount].find(fits) ?? '' };
  }
  return { name: fitText(form, font, room), amount: '' };
}

/** Shorter and shorter, made as they are asked for. */
function* formsOf(name: string): Generator<string> {
  yield name;
  const elided = withoutTemplateArguments(name);
  yield elided;
  yield withoutParameters(elided);
}

/** The text, its start followed by "..", or nothing when less than 3 characters would be left. */
export function fitText(text: string, font: Font, room: number): string {
  if (fitsIn(text, font, room)) return text;
  const { width } = startWithin(ellipsis, font, Number.POSITIVE_INFINITY);
  const kept = text.slice(0, startWithin(text, font, room, width).length);
  return [...kept].length < fewestCharacters ? '' : kept + ellipsis;
}

/** Lines of at most `room` pixels, broken at blanks, and inside of words that are too long. */
export function wrapText(text: string, font: Font, room: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').flatMap((long) => pieces(long, font, room))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && widthOf(longer, font) > room) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line].filter((each) => each !== '');
}

function pieces(word: string, font: Font, room: number): string[] {
  if (widthOf(word, font) <= room) return [word];
  const parts: string[] = [];
  let part = '';
  let width = 0;
  for (const character of word) {
    const more = widthOf(character, font);
    if (part !== '' && width + more > room) {
      parts.push(part);
      part = '';
      width = 0;
    }
    part += character;
    width += more;
  }
  return [...parts, part];
}

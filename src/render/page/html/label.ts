import { shorterNames } from '../../../symbol-name.ts';

/** Pixels that a text takes. */
export type Measure = (text: string) => number;

export interface Label {
  readonly name: string;
  /** Empty where there is no room for it, or the name had to be cut. */
  readonly amount: string;
  /** In its place where there is less room. */
  readonly shortAmount?: string;
}

const ellipsis = '\u2026';
const nothing: Label = { name: '', amount: '' };
/** Of a longer name no more than its start can be looked at. */
const longestName = 2000;

/** As much of a name as fits: whole, without template arguments, without parameters too, or its start. */
export function fittedLabel(whole: Label, room: number, measure: Measure): Label {
  if (room < 14) return nothing;
  const name = whole.name.slice(0, longestName);
  const fits = (text: string) => text.length <= room && measure(text) <= room;
  if (fits(name)) {
    const amounts = [whole.amount, whole.shortAmount ?? ''];
    return { name, amount: amounts.find((amount) => fits(`${name} ${amount}`)) ?? '' };
  }
  const shorter = shorterNames(name);
  const short = shorter.find(fits);
  return { name: short ?? start(shorter[1], room, measure), amount: '' };
}

/** As much of the start as fits, two characters at least. */
function start(text: string, room: number, measure: Measure): string {
  // No font has characters of less than a pixel and a half on average.
  const characters = Array.from(text.slice(0, Math.ceil(room / 1.5)));
  let enough = 0;
  let tooMany = characters.length + 1;
  while (tooMany - enough > 1) {
    const middle = (enough + tooMany) >> 1;
    if (measure(characters.slice(0, middle).join('') + ellipsis) <= room) enough = middle;
    else tooMany = middle;
  }
  return enough < 2 ? '' : characters.slice(0, enough).join('') + ellipsis;
}

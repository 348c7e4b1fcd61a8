import { type Font, fitLabel, fitText, widthOf } from '../labels.ts';
import { directionMark } from '../xml.ts';

/** `Function: put (12 bytes, 6.67%) src/a.c:12` in its parts, blanks among them. */
export interface Details {
  readonly before: string;
  readonly name: string;
  readonly numbers: string;
  /** What is cut first, down to half of what the numbers leave. */
  readonly more: string;
}

/** Of a name that is left where a line is too short for its numbers, in its font's size. */
const leastName = 5;

/** One line of at most `room` pixels: names may be very long, and the numbers are what was asked for. */
export function fitDetails({ before, name, numbers, more }: Details, font: Font, room: number) {
  const left = room - widthOf(before + numbers, font);
  const ownRoom = Math.max(left / 2, left - widthOf(more, font), leastName * font.size);
  const short = fitLabel({ name, amount: '' }, font, ownRoom).name;
  return fitText(before + short + directionMark(short) + numbers + more, font, room);
}

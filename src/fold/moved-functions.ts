import type { Frame } from '../frame.ts';
import { type Side, sides } from '../profile/differential.ts';
import { kindsOf, sourceOf } from '../profile/frame-words.ts';
import { withoutTemplateArguments } from '../symbol-name.ts';
import { counted } from '../units.ts';
import type { Runs } from './runs.ts';

/** Of each function, by name and kind: where it lies, modules and lines. */
type Places = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * What to say of functions that both sides have, but nowhere in the same module or line: a binary that was renamed or
 * built anew. Compared by all that is known their stacks have vanished, and are new.
 */
export function movedFunctionsNote(runs: Runs): string[] {
  const frames = (side: Side) => runs[side].flatMap(({ profile }) => profile.frames);
  const hasLines = sides.every((side) => frames(side).some(({ file }) => file !== undefined));
  const [before, after] = sides.map((side) => placesOf(frames(side), hasLines));
  const moved = [...before!].filter(([key, places]) => isElsewhere(places, after!.get(key)));
  const [first] = moved;
  if (first === undefined) return [];
  const [key, from] = first;
  const example = `${nameOf(key)} (${anyOf(from)} before, ${anyOf(after!.get(key)!)} after)`;
  const others = moved.length === 1 ? '' : `, ${counted(moved.length - 1, 'other function')} too`;
  return [
    `${example} is in another module or line${others}: taken for vanished and new, unless you say --match name`,
  ];
}

/** A frame without a module lies nowhere in particular. */
function placesOf(frames: readonly Frame[], hasLines: boolean): Places {
  const places = new Map<string, Set<string>>();
  for (const frame of frames) {
    if (frame.module === undefined) continue;
    const key = [frame.name, ...kindsOf(frame)].join('\0');
    const known = places.get(key) ?? new Set();
    places.set(key, known.add(placeOf(frame, hasLines)));
  }
  return places;
}

/** `server`, or with its line `server, cache.c:12`. */
function placeOf(frame: Frame, hasLine: boolean): string {
  const source = hasLine ? sourceOf(frame) : '';
  const file = source.slice(source.lastIndexOf('/') + 1);
  return file === '' ? frame.module! : `${frame.module}, ${file}`;
}

function isElsewhere(places: ReadonlySet<string>, others: ReadonlySet<string> = new Set()) {
  return others.size > 0 && ![...others].some((place) => places.has(place));
}

/** Names may be of any length. */
function nameOf(key: string): string {
  const name = withoutTemplateArguments(key.split('\0')[0]!);
  return name.length <= 100 ? name : `${name.slice(0, 99)}…`;
}

function anyOf([place]: ReadonlySet<string>): string {
  return place!;
}

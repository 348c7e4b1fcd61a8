import type { Capture } from '../capture.ts';

/** The outermost frames of a thread start it: that they have no name means nothing. */
const startFrames = 3;

/** What a path is marked with; the bits above count its frames, up to `startFrames`. */
export const pathMarks = {
  /** Its first frame is no code, but says that there is no stack. */
  noStack: 1,
  /** Somebody could miss the name of one of its frames. */
  nameMissed: 2,
} as const;
const countShift = 2;
const markBits = (1 << countShift) - 1;

/** Marks of every path of a capture, so that a stack need not be looked through that has none. */
export function marksOf(capture: Capture): Uint8Array {
  const { parent, frame } = capture.paths;
  const marks = new Uint8Array(parent.length);
  for (let path = 0; path < marks.length; path++)
    if (frame[path]! >= 0) marks[path] = markOf(frame[path]!, marks[parent[path]!]!, capture);
  return marks;
}

function markOf(number: number, above: number, capture: Capture): number {
  const place = above >> countShift;
  let mark = above & markBits;
  if (place === 0 && capture.frames[number]!.kind === 'label') mark |= pathMarks.noStack;
  if (isNameMissed(capture, number, place)) mark |= pathMarks.nameMissed;
  return mark | (Math.min(place + 1, startFrames) << countShift);
}

/** Whether somebody could miss the name of a frame at a place in a stack, counted from its root. */
export function isNameMissed({ frames, modules }: Capture, number: number, place: number): boolean {
  const frame = frames[number]!;
  if (frame.kind !== 'offset') return false;
  const { symbols } = modules[frame.module]!;
  return symbols === 'none' || (symbols === 'dynsym' && place >= startFrames);
}

import { colourOf } from '../../colour.ts';
import type { PageData } from './data.ts';

/** Remembered, for names can be long. */
const colours = new Map<number, string>();

/** The same as in an SVG. */
export function frameColour(data: PageData, frame: number): string {
  let colour = colours.get(frame);
  if (colour === undefined) {
    colour = reckoned(data, frame);
    colours.set(frame, colour);
  }
  return colour;
}

/** A function's first frame stands for it. */
export function functionColour(data: PageData, wanted: number): string {
  return frameColour(data, firstFrames(data)[wanted]!);
}

let first: Int32Array | undefined;

function firstFrames({ frames, functions }: PageData): Int32Array {
  if (first === undefined) {
    first = new Int32Array(functions.name.length);
    for (let frame = frames.function.length - 1; frame >= 0; frame--)
      first[frames.function[frame]!] = frame;
  }
  return first;
}

function reckoned({ frames, functions, look }: PageData, frame: number): string {
  const itsFunction = frames.function[frame]!;
  const kinds = frames.kinds[frame]!.split(' ');
  const known = {
    name: functions.rawName[itsFunction]!,
    kernel: kinds.includes('kernel'),
    inlined: kinds.includes('inlined'),
    jit: kinds.includes('JIT'),
  };
  return functions.colour[itsFunction] ?? colourOf(known, look.colors);
}

import { colourOf } from '../../colour.ts';
import type { PageData } from './data.ts';
import { remembered } from './remembered.ts';

/** By frame: names can be long. */
const coloursOf = remembered((_: PageData) => new Map<number, string>());

/** The same as in an SVG. */
export function frameColour(data: PageData, frame: number): string {
  const known = coloursOf(data);
  const colour = known.get(frame) ?? reckoned(data, frame);
  known.set(frame, colour);
  return colour;
}

/** A function's first frame stands for it. */
export function functionColour(data: PageData, wanted: number): string {
  return frameColour(data, firstFrames(data)[wanted]!);
}

const firstFrames = remembered(({ frames, functions }: PageData) => {
  const found = new Int32Array(functions.name.length);
  for (let frame = frames.function.length - 1; frame >= 0; frame--)
    found[frames.function[frame]!] = frame;
  return found;
});

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

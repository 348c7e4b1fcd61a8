import { expect, test } from 'vitest';
import { colourOf } from '../../../src/render/colour.ts';
import { frameColour, functionColour } from '../../../src/render/page/html/frame-colour.ts';
import { visible } from '../../../src/render/xml.ts';
import { sourceOf } from './sources.ts';

const names = ['main', '[libc.so.6]', '\u202egnp]', '\u0007bell', 'x\u2066', '\ud800', '[a\nb]'];

// Two pages, one after the other: what one knows is nothing to the other.
test.each([
  ['once', names],
  ['again', names.toReversed()],
])(
  'a function has the colour that it has in an SVG, whatever its name is made of, %s',
  (_, names) => {
    const { data } = sourceOf(names.map((name) => [[name], 1] as const));
    const shown = data.frames.function.map((index, frame) => [
      data.functions.name[index]!,
      frameColour(data, frame),
      functionColour(data, index),
    ]);
    const expected = names.map((name) => {
      const colour = colourOf({ name }, 'mem');
      return [visible(name), colour, colour];
    });
    expect(shown.sort()).toEqual(expected.sort());
  },
);

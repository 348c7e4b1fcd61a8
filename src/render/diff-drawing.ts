import type { Widths } from '../profile/differential.ts';
import type { Profile } from '../profile.ts';
import { diffSwatches } from './diff-colour.ts';
import { diffFace } from './diff-face.ts';
import { diffHeader, type Totals, totalsOf } from './diff-header.ts';
import { diffShown } from './diff-shown.ts';
import { type Drawing, framesEnd } from './document.ts';
import { padding, roomFor } from './draw.ts';
import { hiddenLines } from './header.ts';
import type { Font } from './labels.ts';
import { layOut } from './layout.ts';
import type { Fit } from './size.ts';
import { legend, patternDefinitions } from './swatch.ts';
import { arrangeHeader, footerLines } from './text.ts';

/** How a differential is drawn; what a flame graph has too is called as there. */
export interface DiffDrawingOptions {
  readonly font: Font;
  readonly width: number;
  readonly frameHeight: number;
  readonly inverted?: boolean | undefined;
  readonly reverse?: boolean | undefined;
  readonly title?: string | undefined;
  readonly subtitle?: string | undefined;
  readonly notes?: string | undefined;
  readonly background?: string | undefined;
  readonly countName?: string | undefined;
  readonly nameType?: string | undefined;
  readonly widths?: Widths | undefined;
}

const widthsInWords = {
  max: 'widths: the larger of before and after, added up from the frames that have weight of their own',
  after: 'widths: after; what vanished has none',
  before: 'widths: before; what is new has none',
} as const;

/** A differential, merged from the leaf already if it is to be: each frame coloured and labelled by the change of its total. */
export function diffDrawing(profile: Profile, options: DiffDrawingOptions, fit: Fit): Drawing {
  const { width, font, reverse, widths = 'max' } = options;
  const { minWidth, mostRows, remarks, data } = fit;
  const shown = diffShown(profile, widths);
  const smallestOf = (total: number) => (minWidth * total) / roomFor({ width });
  const layout = layOut(shown.tree, { node: 0, mostRows }, smallestOf);
  const sums = totalsOf(profile, options);
  const header = arrangeHeader(headerTexts(profile, sums, options), { font, width });
  const face = diffFace(shown, sums);
  const top = header.at(-1)!.y + padding;
  const { frameHeight, inverted = false } = options;
  const { rows } = layout;
  const picture = { layout, rows, font, width, top, face, frameHeight, inverted };
  const bottom = framesEnd(picture) + 4;
  const swatches = legend(diffSwatches, { font, width, top: bottom });
  const caption = [
    widthsInWords[widths],
    ...hiddenLines({ ...sums, column: sums, layout }, minWidth),
    ...remarks.map((remark) => `note: ${remark}`),
  ];
  const footer = footerLines(caption, { font, width }, bottom + swatches.height);
  return {
    kind: 'differential',
    picture,
    lines: [...header, ...footer],
    look: {
      scale: sums.scale,
      countName: sums.countName,
      nameType: options.nameType ?? 'Function:',
      minWidth,
      reverse,
      widths,
    },
    data,
    paper: options.background,
    extras: patternDefinitions(diffSwatches) + swatches.svg,
  };
}

function headerTexts(profile: Profile, sums: Totals, options: DiffDrawingOptions) {
  const { title, subtitle, notes } = options;
  const texts = diffHeader(profile.meta, sums);
  const own = [subtitle, notes].filter((text) => text !== undefined);
  return {
    ...texts,
    ...(title !== undefined && { title }),
    notes: [...own, ...texts.notes],
  };
}

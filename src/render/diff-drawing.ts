import { childrenOf } from '../profile/children.ts';
import { selfChanges, totalChanges, type Widths } from '../profile/differential.ts';
import { type Column, type Profile, sumOf, totals } from '../profile.ts';
import { scaleFor } from '../units.ts';
import { diffSwatches } from './diff-colour.ts';
import { diffFace } from './diff-face.ts';
import { diffHeader, type Totals, totalsOf } from './diff-header.ts';
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

/** A differential: each frame coloured and labelled by the change of its total. */
export function diffDrawing(profile: Profile, options: DiffDrawingOptions, fit: Fit): Drawing {
  const { width, font } = options;
  const { minWidth, remarks, data } = fit;
  const column = widthColumn(profile, options.widths ?? 'max');
  const smallest = (minWidth * sumOf(column)) / roomFor({ width });
  const layout = layOut(profile, column, smallest);
  const sums = totalsOf(profile, options);
  const header = arrangeHeader(headerTexts(profile, sums, options), { font, width });
  const scale = scaleFor(Math.max(sums.before, sums.after), sums.unit);
  const face = diffFace(profile, {
    total: totalChanges(profile),
    self: selfChanges(profile),
    children: childrenOf(profile),
    widths: totals(profile, column),
    smallest,
    scale,
    ...sums,
  });
  const top = header.at(-1)!.y + padding;
  const { frameHeight, inverted = false } = options;
  const { rows } = layout;
  const picture = { layout, rows, font, width, top, face, frameHeight, inverted };
  const bottom = framesEnd(picture) + 4;
  const swatches = legend(diffSwatches, { font, width, top: bottom });
  const caption = [
    widthsInWords[options.widths ?? 'max'],
    ...hiddenLines({ column, layout }, minWidth),
    ...remarks.map((remark) => `note: ${remark}`),
  ];
  const footer = footerLines(caption, { font, width }, bottom + swatches.height);
  return {
    picture,
    lines: [...header, ...footer],
    look: { scale, countName: sums.countName, nameType: options.nameType ?? 'Function:' },
    data,
    paper: options.background,
    extras: patternDefinitions(diffSwatches) + swatches.svg,
  };
}

function widthColumn(profile: Profile, widths: Widths): Column {
  const { before, after } = selfChanges(profile);
  const self = { before, after, max: before.map((weight, node) => Math.max(weight, after[node]!)) };
  return { name: widths, unit: profile.columns[0]!.unit, self: self[widths] };
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

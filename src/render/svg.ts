import { UserError } from '../errors.ts';
import type { Widths } from '../profile/differential.ts';
import { qualityProblems } from '../profile/stack-quality.ts';
import type { Profile } from '../profile.ts';
import { scaleFor } from '../units.ts';
import type { ColorScheme, ColourMap } from './colour.ts';
import { diffDrawing } from './diff-drawing.ts';
import { type Drawing, framesEnd, type Look } from './document.ts';
import { type Picture, padding, roomFor } from './draw.ts';
import { flameFace } from './face.ts';
import { growthDrawing } from './growth-drawing.ts';
import { defaultCountName, hiddenLines } from './header.ts';
import { ignoredOptions, kindOf } from './ignored.ts';
import type { Font } from './labels.ts';
import { layOut, treeOf } from './layout.ts';
import { type Shown, shownOf } from './shown.ts';
import { type Fit, withinSize } from './size.ts';
import { footerLines, headerLines, type Subject } from './text.ts';

export interface SvgOptions {
  /** Default: from the profile's view. */
  readonly title?: string;
  /** Default: one line made from the profile's metadata. */
  readonly subtitle?: string;
  /** Pixels. */
  readonly width?: number;
  /** Pixels. */
  readonly frameHeight?: number;
  /** Pixels; narrower frames are gathered. */
  readonly minWidth?: number;
  /** Of the whole width, instead of `minWidth`. */
  readonly minShare?: number;
  readonly fontFamily?: string;
  /** Pixels. */
  readonly fontSize?: number;
  /** What is counted. Default: the column's unit. */
  readonly countName?: string;
  /** Word before a frame's name in the details line. */
  readonly nameType?: string;
  readonly colors?: ColorScheme;
  /** By function, instead of the scheme's. */
  readonly palette?: ColourMap;
  /** `#rrggbb`, in dark mode too. Default: white, or near black in dark mode. */
  readonly background?: string;
  /** Merged from the leaf: what ends in the same function has a common root. */
  readonly reverse?: boolean;
  /** What is 100%, in the column's unit; ignored where it is below the sum of the stacks. */
  readonly total?: number;
  /** What shown numbers are multiplied with. */
  readonly factor?: number;
  /** A remark for the reader. */
  readonly notes?: string;
  /** The root on top. */
  readonly inverted?: boolean;
  /** Default: the profile's first column. */
  readonly column?: string;
  /** Of a differential: what the width of a frame is of. Default: one that hides nothing. */
  readonly widths?: Widths;
  /** The profile is in the document too, so that it can be read back. Default: true. */
  readonly embed?: boolean;
  /** Bytes that the document may have (8 MiB); 0 for any number. See `withinSize`. */
  readonly maxSize?: number;
  /** Called with what the user should know of the document. */
  readonly onRemark?: (line: string) => void;
}

/**
 * A flame graph as one self-contained SVG document, in chunks of text. Complete without scripts;
 * opened as a document it can be zoomed and searched. Throws a UserError for a size that leaves no
 * room, an Error if the page script was not built, a RangeError for a column that does not exist.
 */
export function* renderSvg(profile: Profile, options: SvgOptions = {}): Generator<string> {
  checkSizes(options);
  const { maxSize = defaults.maxSize, embed = true } = options;
  const minWidth = minWidthOf(options);
  const limits = { maxSize: maxSize === 0 ? Number.POSITIVE_INFINITY : maxSize, minWidth };
  const shown = shownOf(profile, options);
  const drawing = drawings[kindOf(profile)];
  const draw = (fit: Fit) => drawing(shown, options, fit);
  const { document, remarks } = withinSize(draw, limits, embed ? profile : undefined);
  for (const remark of [...ignoredOptions(shown, options), ...remarks]) options.onRemark?.(remark);
  yield* document;
}

const defaults = {
  width: 1200,
  frameHeight: 16,
  minWidth: 0.5,
  fontSize: 12,
  maxSize: 8 * 1024 * 1024,
  factor: 1,
};

const drawings = { differential: differentialDrawing, growth: grownDrawing, flame: flameDrawing };

function differentialDrawing({ profile }: Shown, options: SvgOptions, fit: Fit): Drawing {
  return diffDrawing(profile, { ...defaults, ...options, font: fontOf(options) }, fit);
}

function grownDrawing(shown: Shown, options: SvgOptions, fit: Fit): Drawing {
  return growthDrawing(shown.profile, flameDrawing(shown, options, fit));
}

function flameDrawing({ profile, column }: Shown, options: SvgOptions, fit: Fit): Drawing {
  const subject = subjectOf({ profile, column }, options, fit);
  const header = headerLines(subject, options);
  const look = lookOf(subject, options, fit);
  const picture = pictureOf(subject, { look, options, top: header.at(-1)!.y + padding });
  const caption = [
    ...hiddenLines(subject, fit.minWidth),
    ...fit.remarks.map((remark) => `note: ${remark}`),
    ...qualityProblems(profile.meta.stacks),
  ];
  const footer = footerLines(caption, subject, framesEnd(picture) + 4);
  return {
    kind: 'flame',
    picture,
    look,
    lines: [...header, ...footer],
    data: fit.data,
    paper: options.background,
  };
}

function subjectOf({ profile, column }: Shown, options: SvgOptions, fit: Fit): Subject {
  const { width = defaults.width } = options;
  const { minWidth, mostRows } = fit;
  const smallest = (total: number) => (minWidth * total) / roomFor({ width });
  const layout = layOut(treeOf(profile, column), { node: 0, mostRows }, smallest);
  const { factor = defaults.factor } = options;
  return {
    profile,
    column,
    layout,
    width,
    factor,
    font: fontOf(options),
    scale: scaleFor(layout.total * factor, column.unit),
    countName: options.countName ?? defaultCountName(column),
  };
}

interface Framing {
  readonly look: FlameGraphLook;
  readonly options: SvgOptions;
  /** Pixels above the frames. */
  readonly top: number;
}

function pictureOf(subject: Subject, { look, options, top }: Framing): Picture {
  const { profile, layout, font, width } = subject;
  return {
    layout,
    font,
    width,
    top,
    rows: layout.rows,
    face: flameFace(profile, { ...look, ...look.flame, total: layout.total }),
    frameHeight: options.frameHeight ?? defaults.frameHeight,
    inverted: options.inverted ?? false,
  };
}

type FlameGraphLook = Look & Required<Pick<Look, 'flame'>>;

function lookOf(
  { column, scale, countName }: Subject,
  options: SvgOptions,
  fit: Fit,
): FlameGraphLook {
  const { reverse, total, palette, factor = defaults.factor } = options;
  return {
    scale,
    countName,
    nameType: options.nameType ?? 'Function:',
    minWidth: fit.minWidth,
    flame: {
      column: column.name,
      reverse,
      total,
      factor,
      palette,
      colors: options.colors ?? 'mem',
    },
  };
}

function minWidthOf(options: SvgOptions): number {
  const { minShare, minWidth = defaults.minWidth, width = defaults.width } = options;
  return minShare === undefined ? minWidth : minShare * roomFor({ width });
}

function checkSizes(options: SvgOptions): void {
  const { width, frameHeight, fontSize, minWidth } = { ...defaults, ...options };
  atLeast('width', width, 100);
  atLeast('frame height', frameHeight, 4);
  atLeast('font size', fontSize, 1);
  atLeast('minimum width', minWidth, 0);
}

function atLeast(name: string, value: number, least: number): void {
  if (Number.isFinite(value) && value >= least) return;
  throw new UserError(`${name} must be at least ${least} pixels, not ${value}`, 2);
}

function fontOf({ fontFamily, fontSize = defaults.fontSize }: SvgOptions): Font {
  return { family: fontFamily ?? "Verdana, 'DejaVu Sans', sans-serif", size: fontSize };
}

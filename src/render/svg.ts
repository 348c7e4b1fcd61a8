import type { Widths } from '../differential.ts';
import { UserError } from '../errors.ts';
import { columnNamed, type Frame, type Profile } from '../profile.ts';
import { qualityProblems } from '../stack-quality.ts';
import { fewestIntervals } from '../steadiness.ts';
import { scaleFor } from '../units.ts';
import { type ColorScheme, colourOf } from './colour.ts';
import { diffDrawing } from './diff-drawing.ts';
import { type Drawing, framesEnd, type Look } from './document.ts';
import { type Picture, padding, roomFor } from './draw.ts';
import { flameFace } from './face.ts';
import { growthFace, growthSwatches } from './growth-face.ts';
import { defaultCountName, hiddenLines } from './header.ts';
import type { Font } from './labels.ts';
import { layOut } from './layout.ts';
import { type Fit, withinSize } from './size.ts';
import { legend, patternDefinitions } from './swatch.ts';
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
  readonly fontFamily?: string;
  /** Pixels. */
  readonly fontSize?: number;
  /** What is counted. Default: the column's unit. */
  readonly countName?: string;
  /** Word before a frame's name in the details line. */
  readonly nameType?: string;
  readonly colors?: ColorScheme;
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
  const { minWidth = defaults.minWidth, maxSize = defaults.maxSize, embed = true } = options;
  const limits = { maxSize: maxSize === 0 ? Number.POSITIVE_INFINITY : maxSize, minWidth };
  const drawing = profile.meta.differential ? differentialDrawing : flameDrawing;
  const draw = (fit: Fit) => drawing(profile, options, fit);
  const { document, remarks } = withinSize(draw, limits, embed ? profile : undefined);
  for (const remark of remarks) options.onRemark?.(remark);
  yield* document;
}

const defaults = {
  width: 1200,
  frameHeight: 16,
  minWidth: 0.5,
  fontSize: 12,
  maxSize: 8 * 1024 * 1024,
};

function differentialDrawing(profile: Profile, options: SvgOptions, fit: Fit): Drawing {
  return diffDrawing(profile, { ...defaults, ...options, font: fontOf(options) }, fit);
}

function flameDrawing(profile: Profile, options: SvgOptions, fit: Fit): Drawing {
  const subject = subjectOf(profile, { ...options, minWidth: fit.minWidth });
  const header = headerLines(subject, options);
  const picture = pictureOf(subject, options, header.at(-1)!.y + padding);
  const isGrowth = hasGrowth(profile);
  const bottom = framesEnd(picture) + 4;
  const swatches = isGrowth
    ? legend(growthSwatches, { ...subject, top: bottom })
    : { svg: '', height: 0 };
  const caption = [
    ...(isGrowth ? [growthWords(profile.meta.snapshots!.length)] : []),
    ...hiddenLines(subject, fit.minWidth),
    ...fit.remarks.map((remark) => `note: ${remark}`),
    ...qualityProblems(profile.meta.stacks),
  ];
  const footer = footerLines(caption, subject, bottom + swatches.height);
  const lines = [...header, ...footer];
  const extras = isGrowth ? patternDefinitions(growthSwatches) + swatches.svg : '';
  return { picture, lines, look: lookOf(subject, options), data: fit.data, extras };
}

function growthWords(snapshots: number): string {
  return `colours: how what is unfreed went on, noted ${snapshots} times while tracing; growth is the median of all intervals`;
}

/** There are enough snapshots to tell what grows. */
function hasGrowth({ meta }: Profile): boolean {
  return (meta.snapshots?.length ?? 0) >= fewestIntervals - 1;
}

function subjectOf(profile: Profile, options: SvgOptions): Subject {
  const { width = defaults.width, minWidth = defaults.minWidth, column: name } = options;
  const column = name === undefined ? profile.columns[0]! : columnNamed(profile, name);
  const total = column.self.reduce((sum, value) => sum + value, 0);
  const layout = layOut(profile, column, (minWidth * total) / roomFor({ width }));
  return { profile, column, layout, font: fontOf(options), width };
}

function pictureOf(subject: Subject, options: SvgOptions, top: number): Picture {
  const { profile, layout, font, width } = subject;
  const { total } = layout;
  const look = lookOf(subject, options);
  const fillOf = ({ name }: Frame) => colourOf(name, options.colors ?? 'mem');
  const face = flameFace(profile, { ...look, total, fillOf });
  return {
    layout,
    font,
    width,
    top,
    rows: layout.rows,
    face: hasGrowth(profile) ? growthFace(profile, face) : face,
    frameHeight: options.frameHeight ?? defaults.frameHeight,
    inverted: options.inverted ?? false,
  };
}

function lookOf({ column, layout }: Subject, options: SvgOptions): Look {
  return {
    scale: scaleFor(layout.total, column.unit),
    countName: options.countName ?? defaultCountName(column),
    nameType: options.nameType ?? 'Function:',
  };
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

import type { Profile } from '../profile.ts';
import { formatBytes, formatCount } from '../units.ts';
import { type Drawing, svgDocument } from './document.ts';
import { embed } from './embed.ts';

/** What a drawing gives up for its size. */
export interface Fit {
  /** Pixels; narrower frames are gathered. */
  readonly minWidth: number;
  /** What would be higher is gathered. Default: any number. */
  readonly mostRows?: number;
  /** The embedded profile, as text. */
  readonly data: readonly string[];
  /** What was given up, for the reader of the picture. */
  readonly remarks: readonly string[];
}

export interface Limits {
  /** Bytes; may be infinite. */
  readonly maxSize: number;
  /** Pixels. */
  readonly minWidth: number;
}

/** Frames of up to so many pixels are gathered before the data goes. */
const widestForData = 8;
/** A picture of less than this is none. */
const widest = 64;
/** Rows that a picture is cut to: the first of these that fits; of fewer than the second only without data. */
const heights = { most: 16384, leastForData: 256, least: 8 };

/**
 * The document of at most `maxSize` bytes: narrow frames are gathered first, and the profile (undefined:
 * not wanted) is left out last. Where the wide frames alone are too many, those of most callers are gathered, which may
 * leave room for the profile again. `remarks` says what was given up, or that all of it did not do.
 */
export function withinSize(
  draw: (fit: Fit) => Drawing,
  limits: Limits,
  profile: Profile | undefined,
): Sized {
  const { maxSize, minWidth } = limits;
  const data = profile === undefined ? [] : embed(profile, maxSize);
  if (maxSize === Number.POSITIVE_INFINITY) {
    const whole = { minWidth, data: data ?? [], remarks: [] };
    return { document: svgDocument(draw(whole)), remarks: [] };
  }
  const tried = (fit: Fit) => documentWithin(draw(fit), maxSize);
  return smallEnough(tried, limits, data) ?? tooLarge(draw, limits, data);
}

interface Sized {
  readonly document: Iterable<string>;
  readonly remarks: readonly string[];
}

type Data = readonly string[] | undefined;

function smallEnough(
  tried: (fit: Fit) => string[] | undefined,
  limits: Limits,
  data: Data,
): Sized | undefined {
  const [first, ...others] = attempts(limits, data);
  const document = tried(first!);
  if (document !== undefined) return { document, remarks: first!.remarks };
  // Where the coarsest does not fit either, those between need not be drawn.
  const isWide = others.length > 0 && tried(others.at(-1)!) !== undefined;
  for (const fit of isWide ? others : cuts(limits, data)) {
    const document = tried(fit);
    if (document !== undefined) return { document, remarks: fit.remarks };
  }
  return undefined;
}

/** Of what little there is to see, with the data if they would have fitted. */
function tooLarge(draw: (fit: Fit) => Drawing, { maxSize, minWidth }: Limits, data: Data): Sized {
  const without = data === undefined ? ', and the stacks are not in it' : '';
  const remarks = [
    `this file has more than ${formatBytes(maxSize)} (--max-size): no picture is that small${without}`,
  ];
  const coarsest = { minWidth: Math.max(minWidth, widest), mostRows: heights.least, remarks };
  return { document: svgDocument(draw({ ...coarsest, data: data ?? [] })), remarks };
}

/** From what gives up nothing to what gives up most. */
function* attempts(limits: Limits, data: Data): Generator<Fit> {
  const { minWidth } = limits;
  if (data !== undefined)
    for (const width of widths(minWidth, widestForData)) yield withData(data, limits, width);
  for (const width of widths(minWidth, widest)) yield withoutData(data, limits, width);
}

/** The same of pictures of fewer rows. */
function* cuts(limits: Limits, data: Data): Generator<Fit> {
  const { minWidth } = limits;
  if (data !== undefined)
    for (const width of new Set([minWidth, Math.max(minWidth, widestForData)]))
      yield* cutsOf(withData(data, limits, width), limits, heights.leastForData);
  const coarsest = withoutData(data, limits, Math.max(minWidth, widest));
  yield* cutsOf(coarsest, limits, heights.least);
}

function* cutsOf(fit: Fit, { maxSize }: Limits, least: number): Generator<Fit> {
  for (let mostRows = heights.most; mostRows >= least; mostRows /= 2)
    yield { ...fit, mostRows, remarks: [deep(mostRows, formatBytes(maxSize)), ...fit.remarks] };
}

/** Frames narrower than so many pixels are gathered. */
function withData(data: readonly string[], { maxSize, minWidth }: Limits, width: number): Fit {
  const remarks = width > minWidth ? [gathered(width, formatBytes(maxSize))] : [];
  return { minWidth: width, data, remarks };
}

/** The same without the data, which is said where they are wanted. */
function withoutData(data: Data, limits: Limits, width: number): Fit {
  const fit = withData([], limits, width);
  if (data?.length === 0) return fit;
  return { ...fit, remarks: [leftOut(formatBytes(limits.maxSize)), ...fit.remarks] };
}

function deep(mostRows: number, size: string): string {
  return `of every stack ${formatCount(mostRows - 2)} frames are drawn, and deeper ones gathered, so that the file has at most ${size} (--max-size)`;
}

function leftOut(size: string): string {
  return `the stacks are not in this file: with them it would have more than ${size} (--max-size)`;
}

function gathered(minWidth: number, size: string): string {
  return `frames narrower than ${minWidth} px are gathered, so that the file has at most ${size} (--max-size)`;
}

/** Each twice the one before, up to `most`. */
function* widths(minWidth: number, most: number): Generator<number> {
  yield minWidth;
  for (let width = Math.max(0.5, 2 * minWidth); width <= most; width *= 2) yield width;
}

/** The chunks of a document of at most so many bytes. */
function documentWithin(drawing: Drawing, maxSize: number): string[] | undefined {
  const chunks: string[] = [];
  let size = 0;
  for (const chunk of svgDocument(drawing)) {
    size += Buffer.byteLength(chunk);
    if (size > maxSize) return undefined;
    chunks.push(chunk);
  }
  return chunks;
}

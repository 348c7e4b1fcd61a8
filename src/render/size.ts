import type { Profile } from '../profile.ts';
import { formatBytes } from '../units.ts';
import { type Drawing, svgDocument } from './document.ts';
import { embed } from './embed.ts';

/** What a drawing gives up for its size. */
export interface Fit {
  /** Pixels; narrower frames are gathered. */
  readonly minWidth: number;
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

/**
 * The document of at most `maxSize` bytes: narrow frames are gathered first, and the profile (undefined:
 * not wanted) is left out last. Where the wide frames alone are too many the document is larger
 * nevertheless. `remarks` says what was given up.
 */
export function withinSize(
  draw: (fit: Fit) => Drawing,
  limits: Limits,
  profile: Profile | undefined,
): { document: Iterable<string>; remarks: readonly string[] } {
  const { maxSize, minWidth } = limits;
  const data = profile === undefined ? [] : embed(profile, maxSize);
  if (maxSize === Number.POSITIVE_INFINITY)
    return {
      document: svgDocument(draw({ minWidth, data: data ?? [], remarks: [] })),
      remarks: [],
    };
  const fits = [...attempts(limits, data)];
  const tried = (fit: Fit) => documentWithin(draw(fit), maxSize);
  for (const [index, fit] of fits.entries()) {
    const document = tried(fit);
    if (document !== undefined) return { document, remarks: fit.remarks };
    // Where the coarsest does not fit either, those between need not be drawn.
    if (index === 0 && tried(fits.at(-1)!) === undefined) break;
  }
  const remarks = [tooLarge(formatBytes(maxSize), data)];
  return { document: svgDocument(draw({ minWidth, data: [], remarks })), remarks };
}

/** From what gives up nothing to what gives up most. */
function* attempts(
  { maxSize, minWidth }: Limits,
  data: readonly string[] | undefined,
): Generator<Fit> {
  const size = formatBytes(maxSize);
  const withWidth = (width: number) => (width > minWidth ? [gathered(width, size)] : []);
  if (data !== undefined) {
    for (const width of widths(minWidth, widestForData))
      yield { minWidth: width, data, remarks: withWidth(width) };
  }
  const dropped = data?.length === 0 ? [] : [withoutData(size)];
  for (const width of widths(minWidth, widest))
    yield { minWidth: width, data: [], remarks: [...dropped, ...withWidth(width)] };
}

function tooLarge(size: string, data: readonly string[] | undefined): string {
  const without = data?.length === 0 ? '' : ', and the stacks are not in it';
  return `this file has more than ${size} (--max-size): its frames do not fit${without}`;
}

function withoutData(size: string): string {
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

import type { Frame } from '../frame.ts';
import { kindsOf, sourceOf } from '../profile/frame-words.ts';
import type { Profile } from '../profile.ts';
import { formatCount, formatIn, type Scale } from '../units.ts';
import { type ColorScheme, type ColourMap, colourOf, neutralColour } from './colour.ts';
import type { Box } from './layout.ts';
import { visible } from './xml.ts';

/** What is seen of a box besides its place. Plain text: drawing escapes it. */
export interface Face {
  readonly name: string;
  /** Beside the name where there is room. */
  readonly amount: string;
  /** In its place where there is less room. */
  readonly shortAmount?: string;
  /** Its lines. */
  readonly tooltip: readonly string[];
  /** `#rrggbb`, or `url(#id)` of what the drawing defines; carries black text. */
  readonly fill: string;
  /** `f`; with ` other` for what is no function: the root, and gathered frames. */
  readonly className: string;
  /** Of a differential: what the page's script makes sums and labels of. */
  readonly change?: { readonly before: number; readonly after: number };
}

export interface FlameLook {
  /** Of the whole profile: what percentages are of. */
  readonly total: number;
  readonly scale: Scale;
  readonly countName: string;
  /** What shown numbers are multiplied with. */
  readonly factor: number;
  readonly colors: ColorScheme;
  /** By name, instead of the scheme's. */
  readonly palette?: ColourMap | undefined;
}

/** How a flame graph shows the boxes of a profile. */
export function flameFace(profile: Profile, look: FlameLook): (box: Box) => Face {
  return (box) => {
    const frame = frameOf(profile, box);
    const name = nameOf(box, frame);
    return {
      name,
      amount: formatIn(box.weight * look.factor, look.scale),
      tooltip: [firstLine(box, name, look), ...detailsOf(frame)],
      fill: frame === undefined ? neutralColour : fillOf(frame, look),
      className: frame === undefined ? 'f other' : 'f',
    };
  };
}

/** Neither the root nor frames gathered for want of room are one. */
export function frameOf(profile: Profile, { node, gathered }: Box): Frame | undefined {
  return node === 0 || gathered > 0 ? undefined : profile.frames[profile.frame[node]!];
}

/** A box in words: the name of its function, or what it stands for. */
export function nameOf({ gathered, isDeep }: Box, frame: Frame | undefined): string {
  if (gathered > 0) return `(${formatCount(gathered)} ${isDeep ? 'deeper' : 'smaller'} frames)`;
  return frame === undefined ? 'all' : visible(frame.name);
}

/**
 * `NAME (32,768,000 bytes, 12.34%)`, as flamegraph.pl has it; its root has no decimals. What else is
 * known of the frame is on a second line.
 */
function firstLine({ depth, weight }: Box, name: string, look: FlameLook): string {
  const { total, countName, factor } = look;
  const percent = depth === 0 ? '100' : ((100 * weight) / total).toFixed(2);
  return `${name} (${formatCount(Math.round(weight * factor))} ${countName}, ${percent}%)`;
}

/** `src/a.c:12 (inlined)`, or no line. */
export function detailsOf(frame: Frame | undefined): string[] {
  if (frame === undefined) return [];
  const source = sourceOf(frame);
  const kinds = kindsOf(frame);
  if (source === '' && kinds.length === 0) return [];
  return [[...(source === '' ? [] : [source]), ...kinds.map((kind) => `(${kind})`)].join(' ')];
}

function fillOf(frame: Frame, { colors, palette }: FlameLook): string {
  const known = palette !== undefined && Object.hasOwn(palette, frame.name);
  return known ? palette[frame.name]! : colourOf(frame, colors);
}

import { kindsOf, sourceOf } from '../frame-words.ts';
import type { Frame, Profile } from '../profile.ts';
import { formatCount, formatIn, type Scale } from '../units.ts';
import { type ColorScheme, colourOf, neutralColour } from './colour.ts';
import { type Font, fitLabel, type Label } from './labels.ts';
import type { Box, Layout } from './layout.ts';
import { escapeXml, pixels, visible } from './xml.ts';

/** All that drawing a box needs to know besides the box. */
export interface Picture {
  readonly profile: Profile;
  readonly layout: Layout;
  readonly font: Font;
  readonly scale: Scale;
  readonly colors: ColorScheme;
  readonly countName: string;
  readonly nameType: string;
  readonly width: number;
  readonly frameHeight: number;
  readonly inverted: boolean;
  /** Pixels above the uppermost row of frames. */
  readonly top: number;
}

/** Pixels around the picture. */
export const padding = 10;
/** Pixels between neighbours, so that they can be told apart whatever their colours. */
const gap = 0.5;

/** One frame: group, tooltip, rectangle and, where it fits, label. */
export function drawBox(picture: Picture, box: Box): string {
  const { layout, frameHeight, inverted, top } = picture;
  const name = nameOf(picture.profile, box);
  const row = inverted ? box.depth : layout.rows - 1 - box.depth;
  const y = top + row * frameHeight;
  const x = xAt(picture, box.start);
  const width = xAt(picture, box.start + box.weight) - x;
  const shown = { x, y, width: box.node === 0 && layout.total === 0 ? roomFor(picture) : width };
  const className = frameOf(picture.profile, box) === undefined ? 'f other' : 'f';
  return `<g class="${className}" data-start="${box.start}" data-weight="${box.weight}"><title>${tooltip(picture, box, name)}</title>${drawRect(picture, shown, fillOf(picture, box))}${drawLabel(picture, shown, labelOf(picture, box, name))}</g>\n`;
}

interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** Pixels from the left edge of the root to its right edge. */
export function roomFor({ width }: { readonly width: number }): number {
  return width - 2 * padding;
}

/** Rounded before widths are taken from it, so that neighbours meet exactly. */
function xAt(picture: Picture, weight: number): number {
  const share = picture.layout.total === 0 ? 0 : weight / picture.layout.total;
  return Math.round((padding + share * roomFor(picture)) * 100) / 100;
}

function nameOf(profile: Profile, box: Box): string {
  if (box.gathered > 0) return `(${formatCount(box.gathered)} smaller frames)`;
  const frame = frameOf(profile, box);
  return frame === undefined ? 'all' : visible(frame.name);
}

/** Neither the root nor frames gathered for want of room are one. */
function frameOf(profile: Profile, { node, gathered }: Box): Frame | undefined {
  return node === 0 || gathered > 0 ? undefined : profile.frames[profile.frame[node]!];
}

/**
 * `NAME (32,768,000 bytes, 12.34%)`, as flamegraph.pl has it; its root has no decimals. What else is
 * known of the frame is on a second line.
 */
function tooltip(picture: Picture, box: Box, name: string): string {
  const { layout, countName, profile } = picture;
  const percent = box.depth === 0 ? '100' : ((100 * box.weight) / layout.total).toFixed(2);
  const first = `${name} (${formatCount(box.weight)} ${countName}, ${percent}%)`;
  const second = detailsOf(frameOf(profile, box));
  return second === '' ? escapeXml(first) : `${escapeXml(first)}\n${escapeXml(second)}`;
}

/** `src/a.c:12 (inlined)` */
function detailsOf(frame: Frame | undefined): string {
  if (frame === undefined) return '';
  const kinds = kindsOf(frame).map((kind) => `(${kind})`);
  return [sourceOf(frame), ...kinds].filter((part) => part !== '').join(' ');
}

function fillOf({ colors, profile }: Picture, box: Box): string {
  const frame = frameOf(profile, box);
  return frame === undefined ? neutralColour : colourOf(frame.name, colors);
}

function drawRect({ frameHeight }: Picture, { x, y, width }: Area, fill: string): string {
  // A gap would swallow the narrowest frames.
  const drawn = width > 4 * gap ? width - gap : width;
  return `<rect x="${pixels(x)}" y="${pixels(y)}" width="${pixels(drawn)}" height="${pixels(frameHeight - 1)}" fill="${fill}"/>`;
}

/** Frames lower than a line of text have smaller labels. */
export function labelFont({ font, frameHeight }: Picture): Font {
  return { family: font.family, size: Math.min(font.size, frameHeight - 3) };
}

function labelOf({ scale }: Picture, { weight }: Box, name: string): Label {
  return { name, amount: formatIn(weight, scale) };
}

function drawLabel(picture: Picture, { x, y, width }: Area, whole: Label): string {
  const font = labelFont(picture);
  const label = fitLabel(whole, font, width - 6);
  if (label.name === '') return '';
  const amount = label.amount === '' ? '' : ` <tspan>${escapeXml(label.amount)}</tspan>`;
  const baseline = y + (picture.frameHeight - 1) / 2 + font.size * 0.36;
  return `<text x="${pixels(x + 3)}" y="${pixels(baseline)}">${escapeXml(label.name)}${amount}</text>`;
}

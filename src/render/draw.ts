import type { Face } from './face.ts';
import { type Font, fitLabel } from './labels.ts';
import type { Box, Layout } from './layout.ts';
import { directionMark, escapeXml, pixels } from './xml.ts';

/** All that drawing a box needs to know besides the box. */
export interface Picture {
  readonly layout: Layout;
  /** What is seen of a box: each kind of picture has its own. */
  readonly face: (box: Box) => Face;
  readonly font: Font;
  readonly width: number;
  readonly frameHeight: number;
  readonly inverted: boolean;
  /** Pixels above the uppermost row of frames. */
  readonly top: number;
  /** Rows of the picture; the layout has no more, but for the page's script. */
  readonly rows: number;
}

/** Pixels around the picture. */
export const padding = 10;
/** Pixels between neighbours, so that they can be told apart whatever their colours. */
const gap = 0.5;

/** One frame: group, tooltip, rectangle and, where it fits, label. */
export function drawBox(picture: Picture, box: Box): string {
  const { layout, frameHeight, inverted, top, rows } = picture;
  const face = picture.face(box);
  const row = inverted ? box.depth : rows - 1 - box.depth;
  const y = top + row * frameHeight;
  const x = xAt(picture, box.start);
  const width = xAt(picture, box.start + box.weight) - x;
  const shown = { x, y, width: box.node === 0 && layout.total === 0 ? roomFor(picture) : width };
  const tooltip = face.tooltip.map(escapeXml).join('\n');
  const weights = `data-start="${box.start}" data-weight="${box.weight}"${changeOf(face)}`;
  return `<g class="${face.className}" ${weights}><title>${tooltip}</title>${drawRect(picture, shown, face.fill)}${drawLabel(picture, shown, face)}</g>\n`;
}

function changeOf({ change }: Face): string {
  return change === undefined ? '' : ` data-before="${change.before}" data-after="${change.after}"`;
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
  const { total } = picture.layout;
  const share = total === 0 ? 0 : Math.min(weight, total) / total;
  return Math.round((padding + share * roomFor(picture)) * 100) / 100;
}

function drawRect({ frameHeight }: Picture, { x, y, width }: Area, fill: string): string {
  // A gap would swallow the narrowest frames.
  const drawn = width > 4 * gap ? width - gap : width;
  return `<rect x="${pixels(x)}" y="${pixels(y)}" width="${pixels(drawn)}" height="${pixels(frameHeight - 1)}" fill="${fill}"/>`;
}

/** Frames lower than a line of text have smaller labels. */
export function labelFont({ font, frameHeight }: Pick<Picture, 'font' | 'frameHeight'>): Font {
  return { family: font.family, size: Math.min(font.size, frameHeight - 3) };
}

function drawLabel(picture: Picture, { x, y, width }: Area, face: Face): string {
  const font = labelFont(picture);
  const label = fitLabel(face, font, width - 6);
  if (label.name === '') return '';
  const shownAmount = label.amount === '' ? '' : ` <tspan>${escapeXml(label.amount)}</tspan>`;
  const baseline = y + (picture.frameHeight - 1) / 2 + font.size * 0.36;
  return `<text x="${pixels(x + 3)}" y="${pixels(baseline)}">${escapeXml(label.name)}${directionMark(label.name)}${shownAmount}</text>`;
}

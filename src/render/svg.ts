import { UserError } from '../errors.ts';
import { columnNamed, type Profile } from '../profile.ts';
import { qualityProblems } from '../stack-quality.ts';
import { scaleFor } from '../units.ts';
import type { ColorScheme } from './colour.ts';
import { drawBox, labelFont, type Picture, padding, roomFor } from './draw.ts';
import { defaultCountName, hiddenLines } from './header.ts';
import type { Font } from './labels.ts';
import { layOut } from './layout.ts';
import { pageScript } from './script.ts';
import { style } from './style.ts';
import { drawLine, footerLines, headerLines, type Line, type Subject } from './text.ts';
import { escapeXml, pixels } from './xml.ts';

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
}

const chunkLength = 65_536;

/**
 * A flame graph as one self-contained SVG document, in chunks of text. Complete without scripts;
 * opened as a document it can be zoomed and searched. Throws a UserError for a size that leaves no
 * room, an Error if the page script was not built, a RangeError for a column that does not exist.
 */
export function* renderSvg(profile: Profile, options: SvgOptions = {}): Generator<string> {
  checkSizes(options);
  const subject = subjectOf(profile, options);
  const header = headerLines(subject, options);
  const picture = pictureOf(subject, options, header.at(-1)!.y + padding);
  const caption = [
    ...hiddenLines(subject, options.minWidth ?? defaults.minWidth),
    ...qualityProblems(profile.meta.stacks),
  ];
  const footer = footerLines(caption, subject, framesEnd(picture) + 4);
  yield opening(picture, [...header, ...footer]);
  yield* inChunks(picture.layout.boxes, (box) => drawBox(picture, box));
  yield `</g>\n<script><![CDATA[\n${pageScript().replaceAll(']]>', ']]]]><![CDATA[>')}]]></script>\n</svg>\n`;
}

const defaults = { width: 1200, frameHeight: 16, minWidth: 0.1, fontSize: 12 };

function subjectOf(profile: Profile, options: SvgOptions): Subject {
  const { width = defaults.width, minWidth = defaults.minWidth, column: name } = options;
  const column = name === undefined ? profile.columns[0]! : columnNamed(profile, name);
  const total = column.self.reduce((sum, value) => sum + value, 0);
  const layout = layOut(profile, column, (minWidth * total) / roomFor({ width }));
  return { profile, column, layout, font: fontOf(options), width };
}

function pictureOf(subject: Subject, options: SvgOptions, top: number): Picture {
  const { profile, column, layout, font, width } = subject;
  return {
    profile,
    layout,
    font,
    width,
    top,
    scale: scaleFor(layout.total, column.unit),
    colors: options.colors ?? 'mem',
    countName: options.countName ?? defaultCountName(column),
    nameType: options.nameType ?? 'Function:',
    frameHeight: options.frameHeight ?? defaults.frameHeight,
    inverted: options.inverted ?? false,
  };
}

function framesEnd({ top, layout, frameHeight }: Picture): number {
  return top + layout.rows * frameHeight;
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

function opening(picture: Picture, lines: readonly Line[]): string {
  const { width, font, scale } = picture;
  const height = pixels(Math.max(framesEnd(picture), lines.at(-1)!.y) + padding);
  const box = `width="${pixels(width)}" height="${height}"`;
  const documentTitle = lines.filter(({ className }) => className === 'title');
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" class="memstacks" ${box} viewBox="0 0 ${pixels(width)} ${height}" font-family="${escapeXml(font.family)}" font-size="${font.size}">
<title>${escapeXml(documentTitle.map(({ text }) => text).join(' '))}</title>
<style>${style}</style>
<rect class="paper" ${box} fill="#ffffff"/>
${lines.map(drawLine).join('\n')}
<g class="frames" font-size="${labelFont(picture).size}" data-name-type="${escapeXml(picture.nameType)}" data-unit="${scale.unit}" data-unit-size="${scale.size}" data-digits="${scale.digits}"${picture.layout.hidden.frames > 0 ? ' data-hidden="yes"' : ''}>
`;
}

function* inChunks<T>(items: readonly T[], draw: (item: T) => string): Generator<string> {
  let chunk = '';
  for (const item of items) {
    chunk += draw(item);
    if (chunk.length < chunkLength) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}

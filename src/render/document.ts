import { inChunks } from '../chunks.ts';
import type { Widths } from '../profile/differential.ts';
import type { Scale } from '../units.ts';
import type { ColorScheme, ColourMap } from './colour.ts';
import { drawBox, labelFont, type Picture, padding } from './draw.ts';
import { isDark } from './luminance.ts';
import { type PictureKind, pageScript } from './script.ts';
import type { Choice } from './shown.ts';
import { darkInks, darkStyle, style } from './style.ts';
import { drawLine, type Line } from './text.ts';
import { escapeXml, pixels } from './xml.ts';

/** What the page's script has to know to speak of the boxes as the picture does. */
export interface Look {
  readonly scale: Scale;
  /** What is counted. */
  readonly countName: string;
  /** Word before a frame's name in the details line. */
  readonly nameType: string;
  /** Pixels; narrower frames are gathered. */
  readonly minWidth: number;
  /** Of a flame graph: how it is made of the embedded profile. */
  readonly flame?: FlameChoice;
  /** The same of a differential. */
  readonly widths?: Widths;
  readonly reverse?: boolean | undefined;
}

export interface FlameChoice extends Choice {
  readonly column: string;
  readonly factor: number;
  readonly colors: ColorScheme;
  readonly palette?: ColourMap | undefined;
}

/** What the page's script is told, as JSON. */
export interface PageLook extends Look, Omit<Picture, 'layout' | 'face'> {
  /** Some frames have no box of any kind. */
  readonly hides: boolean;
}

/** Everything that is on a picture of boxes, whatever their colours mean. */
export interface Drawing {
  readonly kind: PictureKind;
  readonly picture: Picture;
  /** Above and below the frames; one of them is the title, and one the total. */
  readonly lines: readonly Line[];
  readonly look: Look;
  /** SVG: what fills refer to, and what is drawn besides frames and lines. */
  readonly extras?: string;
  /** The profile as `embed` makes it; empty for none. */
  readonly data: readonly string[];
  /** `#rrggbb`, also for readers who want it dark. */
  readonly paper?: string | undefined;
}

/** A drawing as one self-contained SVG document, in chunks of text. Throws an Error if the page script was not built. */
export function* svgDocument(drawing: Drawing): Generator<string> {
  const { picture } = drawing;
  yield opening(drawing);
  yield* inChunks(drawnBoxes(picture));
  yield '</g></g>\n';
  yield* drawing.data;
  yield `<script><![CDATA[\n${pageScript(drawing.kind).replaceAll(']]>', ']]]]><![CDATA[>')}]]></script>\n</svg>\n`;
}

/** Pixels from the top to below the frames. */
export function framesEnd({ top, rows, frameHeight }: Picture): number {
  return top + rows * frameHeight;
}

function opening(drawing: Drawing): string {
  const { picture, lines, paper, extras = '' } = drawing;
  const { width, font } = picture;
  const height = pixels(Math.max(framesEnd(picture), lines.at(-1)!.y) + padding);
  const box = `width="${pixels(width)}" height="${height}"`;
  const documentTitle = lines.filter(({ className }) => className === 'title');
  const dark = paper !== undefined && isDark(paper);
  const papers = paper === undefined ? '' : ` plain${dark ? ' dark' : ''}`;
  const [ink, labelInk] = dark ? [` fill="${darkInks.text}"`, ' fill="#000000"'] : ['', ''];
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" class="memstacks${papers}" ${box} viewBox="0 0 ${pixels(width)} ${height}" font-family="${escapeXml(font.family)}" font-size="${font.size}"${ink}>
<title>${escapeXml(documentTitle.map(({ text }) => text).join(' '))}</title>
<style>${dark ? darkStyle : style}</style>
<rect class="paper" ${box} fill="${escapeXml(paper ?? '#ffffff')}"/>
${extras}${lines.map((line) => drawLine(line, dark)).join('\n')}
<g class="frames"${labelInk} font-size="${labelFont(picture).size}" data-look="${escapeXml(lookFor(drawing))}"><g>
`;
}

function lookFor({ picture, look }: Drawing): string {
  const { layout, face: _, ...place } = picture;
  const page: PageLook = { ...look, ...place, hides: layout.hidden.frames > 0 };
  return JSON.stringify(page);
}

function* drawnBoxes(picture: Picture): Generator<string> {
  for (const box of picture.layout.boxes) yield drawBox(picture, box);
}

import type { Scale } from '../units.ts';
import { drawBox, labelFont, type Picture, padding } from './draw.ts';
import { pageScript } from './script.ts';
import { style } from './style.ts';
import { drawLine, type Line } from './text.ts';
import { escapeXml, pixels } from './xml.ts';

/** What the page's script has to know to speak of the boxes as the picture does. */
export interface Look {
  readonly scale: Scale;
  /** What is counted. */
  readonly countName: string;
  /** Word before a frame's name in the details line. */
  readonly nameType: string;
}

/** Everything that is on a picture of boxes, whatever their colours mean. */
export interface Drawing {
  readonly picture: Picture;
  /** Above and below the frames; one of them is the title, and one the total. */
  readonly lines: readonly Line[];
  readonly look: Look;
  /** SVG: what fills refer to, and what is drawn besides frames and lines. */
  readonly extras?: string;
  /** The profile as `embed` makes it; empty for none. */
  readonly data: readonly string[];
}

const chunkLength = 65_536;

/** A drawing as one self-contained SVG document, in chunks of text. Throws an Error if the page script was not built. */
export function* svgDocument(drawing: Drawing): Generator<string> {
  const { picture } = drawing;
  yield opening(drawing);
  yield* inChunks(picture.layout.boxes, (box) => drawBox(picture, box));
  yield '</g>\n';
  yield* drawing.data;
  yield `<script><![CDATA[\n${pageScript().replaceAll(']]>', ']]]]><![CDATA[>')}]]></script>\n</svg>\n`;
}

/** Pixels from the top to below the frames. */
export function framesEnd({ top, rows, frameHeight }: Picture): number {
  return top + rows * frameHeight;
}

function opening({ picture, lines, look, extras = '' }: Drawing): string {
  const { width, font } = picture;
  const height = pixels(Math.max(framesEnd(picture), lines.at(-1)!.y) + padding);
  const box = `width="${pixels(width)}" height="${height}"`;
  const documentTitle = lines.filter(({ className }) => className === 'title');
  return `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" class="memstacks" ${box} viewBox="0 0 ${pixels(width)} ${height}" font-family="${escapeXml(font.family)}" font-size="${font.size}">
<title>${escapeXml(documentTitle.map(({ text }) => text).join(' '))}</title>
<style>${style}</style>
<rect class="paper" ${box} fill="#ffffff"/>
${extras}${lines.map(drawLine).join('\n')}
<g class="frames" font-size="${labelFont(picture).size}" data-name-type="${escapeXml(look.nameType)}" data-unit="${look.scale.unit}" data-unit-size="${look.scale.size}" data-digits="${look.scale.digits}"${picture.layout.hidden.frames > 0 ? ' data-hidden="yes"' : ''}>
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

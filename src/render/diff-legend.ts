import { fillFor, swatches } from './diff-colour.ts';
import { padding, roomFor } from './draw.ts';
import { type Font, widthOf } from './labels.ts';
import { pixels } from './xml.ts';

interface Page {
  readonly font: Font;
  readonly width: number;
}

const gap = 6;

/** What the colours and patterns mean, one swatch each, as SVG, broken where the page ends; and its height in pixels. */
export function legend(top: number, { font, width }: Page): { svg: string; height: number } {
  const right = padding + roomFor({ width });
  const rowHeight = font.size + gap;
  let [x, y] = [padding, top + gap];
  let entries = '';
  for (const { tendency, words } of swatches) {
    const needed = 2 * font.size + gap + widthOf(words, font);
    if (x > padding && x + needed > right) [x, y] = [padding, y + rowHeight];
    const box = `x="${pixels(x)}" y="${pixels(y)}" width="${pixels(1.6 * font.size)}" height="${pixels(font.size)}"`;
    const text = `x="${pixels(x + 2 * font.size)}" y="${pixels(y + 0.86 * font.size)}"`;
    entries += `<g class="entry" data-tendency="${tendency}"><rect ${box} fill="${fillFor(tendency)}" stroke="#8a9099"/><text ${text}>${words}</text></g>\n`;
    x += needed + 2 * gap;
  }
  return { svg: `<g class="legend">\n${entries}</g>\n`, height: y + rowHeight - top };
}

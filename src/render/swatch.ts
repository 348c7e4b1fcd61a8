import { padding, roomFor } from './draw.ts';
import { type Font, widthOf } from './labels.ts';
import { pixels } from './xml.ts';

/** A fill that means something; the page's script finds its frames by their class. */
export interface Swatch {
  /** Class of the frames that it fills. */
  readonly name: string;
  /** In the legend. */
  readonly words: string;
  /** `#rrggbb`; carries black text. */
  readonly colour: string;
  /** What is drawn over the colour, so that it can be told without. */
  readonly pattern?: Pattern;
}

/** A stroke with round ends on an area of `patternSize` by `patternSize` pixels. */
export interface Pattern {
  /** As SVG has it. */
  readonly path: string;
  /** `#rrggbb` */
  readonly colour: string;
  /** Pixels. */
  readonly width: number;
}

export const patternSize = 8;

/** Thin and bright, over a colour. */
export const lines: Pattern = { path: 'M-2 2l4-4M0 8l8-8M6 10l4-4', colour: '#ffffff', width: 1 };
export const dots: Pattern = { path: 'M2 2h.01M6 6h.01', colour: '#ffffff', width: 2.2 };
export const waves: Pattern = { path: 'M0 5l4-2M4 3l4 2', colour: '#ffffff', width: 1 };

/** What fills a box: a colour, or a reference to one of `patternDefinitions`. */
export function fillOf({ name, colour, pattern }: Swatch): string {
  return pattern === undefined ? colour : `url(#memstacks-${name})`;
}

/** SVG that the fills refer to, and what the entries of the legend hide. */
export function patternDefinitions(swatches: readonly Swatch[]): string {
  const definitions = swatches.flatMap(({ name, colour, pattern }) =>
    pattern === undefined
      ? []
      : [
          `<pattern id="memstacks-${name}" ${area} patternUnits="userSpaceOnUse"><rect ${area} fill="${colour}"/>${strokeOf(pattern)}</pattern>\n`,
        ],
  );
  const rules = swatches.map(
    ({ name }) => `.memstacks .without-${name} .${name}{visibility:hidden}\n`,
  );
  return `<style>\n${rules.join('')}</style>\n<defs>\n${definitions.join('')}</defs>\n`;
}

const area = `width="${patternSize}" height="${patternSize}"`;

function strokeOf({ path, colour, width }: Pattern): string {
  return `<path d="${path}" stroke="${colour}" stroke-width="${width}" stroke-linecap="round"/>`;
}

interface Page {
  readonly font: Font;
  readonly width: number;
  /** Pixels from the top to what the legend comes below. */
  readonly top: number;
}

const gap = 6;

/** What the fills mean, one swatch each, as SVG, broken where the page ends; and its height in pixels. */
export function legend(
  swatches: readonly Swatch[],
  { font, width, top }: Page,
): { svg: string; height: number } {
  const right = padding + roomFor({ width });
  const rowHeight = font.size + gap;
  let [x, y] = [padding, top + gap];
  let entries = '';
  for (const swatch of swatches) {
    const needed = 2 * font.size + gap + widthOf(swatch.words, font);
    if (x > padding && x + needed > right) [x, y] = [padding, y + rowHeight];
    const box = `x="${pixels(x)}" y="${pixels(y)}" width="${pixels(1.6 * font.size)}" height="${pixels(font.size)}"`;
    const text = `x="${pixels(x + 2 * font.size)}" y="${pixels(y + 0.86 * font.size)}"`;
    entries += `<g class="entry" data-frames="${swatch.name}"><rect ${box} fill="${fillOf(swatch)}" stroke="#8a9099"/><text ${text}>${swatch.words}</text></g>\n`;
    x += needed + 2 * gap;
  }
  return { svg: `<g class="legend">\n${entries}</g>\n`, height: y + rowHeight - top };
}

import { patternSize, type Swatch } from '../../swatch.ts';

/** What fills with a swatch, as it looks in an SVG; drawn once for each resolution. */
const patterns = new Map<string, CanvasPattern>();

/** What fills an area of a canvas whose transformation only scales, by `ratio`, and moves. */
export function fillStyle(
  context: CanvasRenderingContext2D,
  fill: Swatch | string,
  ratio: number,
): CanvasPattern | string {
  if (typeof fill === 'string') return fill;
  const key = `${fill.name} ${ratio}`;
  const known = patterns.get(key) ?? patternOf(context, fill, ratio);
  patterns.set(key, known);
  return known;
}

function patternOf(
  context: CanvasRenderingContext2D,
  { colour, pattern }: Swatch,
  ratio: number,
): CanvasPattern {
  const tile = document.createElement('canvas');
  tile.width = tile.height = Math.round(patternSize * ratio);
  const scale = tile.width / patternSize;
  const ink = tile.getContext('2d')!;
  ink.scale(scale, scale);
  ink.fillStyle = colour;
  ink.fillRect(0, 0, patternSize, patternSize);
  if (pattern !== undefined) {
    ink.strokeStyle = pattern.colour;
    ink.lineWidth = pattern.width;
    ink.lineCap = 'round';
    ink.stroke(new Path2D(pattern.path));
  }
  const made = context.createPattern(tile, 'repeat')!;
  made.setTransform(new DOMMatrix().scale(1 / scale));
  return made;
}

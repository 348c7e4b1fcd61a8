import { bisector, select } from 'd3';
import { fittedLabel, type Measure } from './label.ts';
import { fillStyle } from './pattern.ts';
import { type Drawing, gap, paintOf, rowHeight, rowTop, type Scene } from './scene.ts';
import type { Placed } from './visible.ts';

const font = "12px system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
const padding = 4;
/** Pixels; a canvas of more is refused by some browsers. */
const tallest = 16_000;
const byStart = bisector((box: Placed) => box.x0);

/**
 * Draws on a canvas that is as large as what can be seen of the graph: a box costs no element, so that
 * thousands are drawn within a frame of the screen, and the graph may be of any height.
 */
export function canvasDrawing(pane: HTMLElement): Drawing {
  const stage = select(pane).append('div').attr('class', 'stage');
  const canvas = stage.append('canvas').node()!;
  const context = canvas.getContext('2d')!;
  let scene: Scene | undefined;
  const redraw = () => scene && drawOn({ canvas, context, pane }, scene);
  pane.addEventListener('scroll', redraw);
  return {
    draw(next) {
      scene = next;
      stage.style('height', `${next.rows * rowHeight}px`);
      redraw();
    },
    boxAt: (event) => scene && boxAt(scene, placeOf(event, { canvas, pane })),
    remove() {
      pane.removeEventListener('scroll', redraw);
      stage.remove();
    },
  };
}

interface Surface {
  readonly canvas: HTMLCanvasElement;
  readonly context: CanvasRenderingContext2D;
  readonly pane: HTMLElement;
}

function drawOn({ canvas, context, pane }: Surface, scene: Scene): void {
  const inSight = scene.isWhole ? tallest : pane.clientHeight;
  const height = Math.min(inSight, scene.rows * rowHeight);
  const ratio = window.devicePixelRatio;
  canvas.width = Math.round(scene.width * ratio);
  canvas.height = Math.round(height * ratio);
  select(canvas).style('width', `${scene.width}px`).style('height', `${height}px`);
  const top = Math.min(pane.scrollTop, scene.rows * rowHeight - height);
  context.setTransform(ratio, 0, 0, ratio, 0, -top * ratio);
  context.font = font;
  context.textBaseline = 'middle';
  const measure: Measure = (text) => context.measureText(text).width;
  for (const box of scene.boxes) {
    const y = rowTop(scene, box.depth);
    if (y + rowHeight < top || y > top + height) continue;
    drawBox(context, scene, { box, y, measure });
  }
}

interface Spot {
  readonly box: Placed;
  readonly y: number;
  readonly measure: Measure;
}

function drawBox(context: CanvasRenderingContext2D, scene: Scene, { box, y, measure }: Spot): void {
  const x = box.x0 * scene.width;
  const width = (box.x1 - box.x0) * scene.width;
  const drawn = width > 4 * gap ? width - gap : width;
  const fill = scene.fill(box.data);
  if (fill === undefined) return;
  const paint = paintOf(scene, box.data);
  context.globalAlpha = paint.opacity;
  context.fillStyle = fillStyle(context, fill, window.devicePixelRatio);
  context.fillRect(x, y, drawn, rowHeight - gap);
  context.globalAlpha = 1;
  const label = fittedLabel(scene.label(box.data), drawn - 2 * padding, measure);
  if (label.name !== '') {
    context.fillStyle = paint.name;
    context.fillText(label.name, x + padding, y + rowHeight / 2);
    if (label.amount !== '') {
      const shift = measure(`${label.name} `);
      context.fillStyle = paint.amount;
      context.fillText(label.amount, x + padding + shift, y + rowHeight / 2);
    }
  }
  const mark = scene.mark(box.data);
  if (mark === 'none') return;
  context.lineWidth = 2;
  context.strokeStyle = mark === 'cursor' ? '#0a66c2' : scene.isDark ? '#ffffff' : '#1c1e22';
  context.strokeRect(x + 1, y + 1, Math.max(drawn - 2, 0.5), rowHeight - gap - 2);
}

function placeOf(event: MouseEvent, { canvas, pane }: Pick<Surface, 'canvas' | 'pane'>) {
  const area = canvas.getBoundingClientRect();
  return { x: event.clientX - area.left, y: event.clientY - area.top + pane.scrollTop };
}

function boxAt(scene: Scene, { x, y }: { x: number; y: number }): Placed | undefined {
  const row = Math.floor(y / rowHeight);
  const depth = scene.inverted ? row : scene.rows - 1 - row;
  const at = x / scene.width;
  const boxes = scene.boxes.filter((box) => box.depth === depth).sort((a, b) => a.x0 - b.x0);
  const box = boxes[byStart.right(boxes, at) - 1];
  const isThere = box !== undefined && at <= box.x1 && scene.fill(box.data) !== undefined;
  return isThere ? box : undefined;
}

import { select } from 'd3';
import type { Swatch } from '../../swatch.ts';
import { element } from './elements.ts';
import type { Model } from './model.ts';
import { fillStyle } from './pattern.ts';
import { type Session, update } from './session.ts';

/** Pixels. */
const [swatchWidth, swatchHeight] = [20, 12];

/** The legend of a view: each entry shows and hides the frames that it stands for. */
export function drawLegend(session: Session, { source, state }: Model): void {
  const { swatches } = source.data.views[state.view]!;
  element('legend').hidden = swatches.length === 0;
  select(element('legend'))
    .selectAll<HTMLButtonElement, Swatch>('button')
    .data(swatches, ({ name }) => name)
    .join((enter) => {
      const button = enter.append('button').attr('type', 'button');
      button.append('canvas').each(function (swatch) {
        paint(this, swatch);
      });
      button.append('span').text(({ words }) => words);
      return button;
    })
    .attr('title', 'Show or hide these frames')
    .attr('aria-pressed', ({ name }) => String(!state.without.has(name)))
    .on('click', (_, { name }) => toggle(session, name));
}

function toggle(session: Session, name: string): void {
  const without = new Set(session.model.state.without);
  if (!without.delete(name)) without.add(name);
  update(session, { without });
}

function paint(canvas: HTMLCanvasElement, swatch: Swatch): void {
  const ratio = window.devicePixelRatio;
  canvas.width = swatchWidth * ratio;
  canvas.height = swatchHeight * ratio;
  const context = canvas.getContext('2d')!;
  context.scale(ratio, ratio);
  context.fillStyle = fillStyle(context, swatch, ratio);
  context.fillRect(0, 0, swatchWidth, swatchHeight);
}

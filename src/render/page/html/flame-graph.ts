import { select } from 'd3';
import flamegraph from 'd3-flame-graph';
import { fittedLabel, type Label } from './label.ts';
import { type Drawing, gap, paintOf, rowHeight, type Scene } from './scene.ts';
import type { Placed, Visible } from './visible.ts';

const padding = 4;
const noTooltip = Object.assign(() => {}, { show() {}, hide() {} });

/**
 * Draws with d3-flame-graph: elements for every box. It is given nothing but what is visible, and is
 * started anew for each scene: it would take the boxes of another zoom for the old ones moved.
 */
export function flameGraphDrawing(pane: HTMLElement): Drawing {
  const stage = select(pane).append<HTMLElement>('div').attr('class', 'stage');
  const context = document.createElement('canvas').getContext('2d')!;
  return {
    draw(scene) {
      stage.selectAll('*').remove();
      stage.style('height', `${scene.rows * rowHeight}px`);
      const chart = flamegraph<Visible>()
        .width(scene.width)
        .cellHeight(rowHeight)
        .height(scene.rows * rowHeight)
        .inverted(scene.inverted)
        .transitionDuration(0)
        .tooltip(noTooltip)
        .getName((node) => scene.label(node.data).name.slice(0, 200))
        .getValue((box) => box.span)
        .getChildren((box) => box.children)
        .setColorMapper((node) => String(scene.fill(node.data)));
      chart(stage.datum(scene.boxes[0]!.data));
      context.font = `12px ${getComputedStyle(pane).fontFamily}`;
      settle(stage.node()!, scene, (text) => context.measureText(text).width);
    },
    boxAt(event) {
      const group = (event.target as Element | null)?.closest?.('.d3-flame-graph g');
      return group ? (select<Element, Placed>(group).datum() as Placed) : undefined;
    },
    remove: () => stage.remove(),
  };
}

/** Ends at once what it would animate, and puts in labels that are fitted and not cut off by the browser. */
function settle(stage: HTMLElement, scene: Scene, measure: (text: string) => number): void {
  const groups = select(stage).selectAll<SVGGElement, Placed>('svg > g');
  const drawn = ({ x0, x1 }: Placed) => {
    const width = (x1 - x0) * scene.width;
    return width > 4 * gap ? width - gap : width;
  };
  const labels = new Map<Placed, Label>();
  groups.each(function (box) {
    const label = fittedLabel(scene.label(box.data), drawn(box) - 2 * padding, measure);
    labels.set(box, label);
    const mark = scene.mark(box.data);
    select(this)
      .classed('chosen', mark === 'chosen')
      .classed('cursor', mark === 'cursor');
    select(this).on('click mouseover mouseout', null);
  });
  groups
    .select('rect')
    .interrupt()
    .attr('width', drawn)
    .attr('height', rowHeight - gap)
    .style('fill-opacity', (box) => paintOf(scene, (box as Placed).data).opacity);
  groups
    .select('foreignObject')
    .attr('width', drawn)
    .select('div')
    .interrupt()
    .style('color', (box) => paintOf(scene, (box as Placed).data).name)
    .style('display', (box) => (labels.get(box as Placed)!.name === '' ? 'none' : 'block'))
    .text((box) => labels.get(box as Placed)!.name)
    .append('span')
    .style('color', (box) => paintOf(scene, (box as Placed).data).amount)
    .text((box) => {
      const { amount } = labels.get(box as Placed)!;
      return amount === '' ? '' : ` ${amount}`;
    });
}

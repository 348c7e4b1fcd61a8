import type { PageLook } from '../document.ts';
import { drawBox, roomFor } from '../draw.ts';
import { type Box, type Layout, layOutTree, type Target } from '../layout.ts';
import { type Model, readModel } from './model.ts';

/** A picture in a page, and what of it is seen. */
export interface Chart {
  readonly svg: SVGSVGElement;
  readonly frames: SVGGElement;
  readonly look: PageLook;
  /** The frames as they were drawn at first. */
  readonly still: readonly ChildNode[];
  /** Pixels from its top to its bottom, at first. */
  readonly height: number;
  readonly model: () => Model;
  target: Target;
  /** Of each element in `frames`; undefined until somebody asks. */
  boxes: readonly Box[] | undefined;
}

export const everything: Target = { node: 0 };

export function chartOf(svg: SVGSVGElement): Chart {
  const frames = svg.querySelector<SVGGElement>('.frames')!;
  const look = JSON.parse(frames.dataset.look!) as PageLook;
  const still = Array.from(frames.childNodes);
  const height = Number(svg.getAttribute('height'));
  const model = once(() => readModel(svg, frames, look));
  return { svg, frames, look, still, height, model, target: everything, boxes: undefined };
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** The boxes that are drawn, in the order of their elements. */
export function boxesOf(chart: Chart): readonly Box[] {
  if (chart.boxes !== undefined) return chart.boxes;
  const layout = layoutOf(chart, chart.target);
  // Where the data are not those of the picture, the picture is drawn from them.
  if (layout.boxes.length !== chart.frames.children.length) draw(chart, layout);
  chart.boxes = layout.boxes;
  return layout.boxes;
}

function layoutOf({ model, look }: Chart, target: Target): Layout {
  const { tree, minWidth } = model();
  return layOutTree(tree, target, (total) => (minWidth * total) / roomFor(look));
}

/** Makes the target as wide as the picture; its callers stay below it, faded. */
export function zoomTo(chart: Chart, target: Target): void {
  const layout = layoutOf(chart, target);
  chart.target = target;
  chart.boxes = layout.boxes;
  if (isEverything(target)) putBack(chart);
  else draw(chart, layout);
  makeRoom(chart, Math.max(0, layout.rows - chart.look.rows));
}

export function isEverything({ node, lighterThan }: Target): boolean {
  return node === 0 && lighterThan === undefined;
}

/** What a click on a box zooms to. */
export function targetOf(chart: Chart, box: Box): Target {
  const { model } = chart;
  const { tree, minWidth } = model();
  if (box.gathered === 0) return { node: box.node };
  const total = layoutOf(chart, chart.target).total;
  return {
    node: box.node,
    lighterThan: (minWidth * total) / roomFor(chart.look) || tree.total[0]!,
  };
}

function putBack({ frames, still }: Chart): void {
  frames.textContent = '';
  for (const node of still) frames.append(node);
}

function draw({ frames, look, model }: Chart, layout: Layout): void {
  const picture = { ...look, layout, face: model().face };
  frames.innerHTML = layout.boxes.map((box) => drawBox(picture, box)).join('');
  for (let at = 0; at < layout.callers; at++) frames.children[at]!.classList.add('below');
}

/** What was gathered at first may reach higher than the picture did. */
function makeRoom({ svg, frames, look, height }: Chart, rows: number): void {
  const more = rows * look.frameHeight;
  const shift = more === 0 ? '' : `translate(0,${more})`;
  const end = look.top + look.rows * look.frameHeight;
  if (!look.inverted) move(frames, shift);
  for (const line of svg.querySelectorAll(':scope > text'))
    if (Number(line.getAttribute('y')) > end) move(line, shift);
  for (const sized of [svg, svg.querySelector('.paper')!])
    sized.setAttribute('height', String(height + more));
  svg.setAttribute('viewBox', `0 0 ${look.width} ${height + more}`);
}

function move(element: Element, transform: string): void {
  if (transform === '') element.removeAttribute('transform');
  else element.setAttribute('transform', transform);
}

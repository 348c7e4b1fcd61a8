import type { PageLook } from '../document.ts';
import { drawBox, roomFor } from '../draw.ts';
import { type Box, type Layout, layOut, type Target } from '../layout.ts';
import { create } from './elements.ts';
import type { Kind } from './kind.ts';
import { type Model, readModel } from './model.ts';

/** A picture in a page, and what of it is seen. */
export interface Chart {
  readonly svg: SVGSVGElement;
  readonly frames: SVGGElement;
  readonly look: PageLook;
  readonly kind: Kind;
  /** The frames as they were drawn at first. They stay where they are: to take them out and put them back is slow. */
  readonly first: SVGGElement;
  /** What of `frames` is seen: `first`, or what was zoomed to. */
  shown: SVGGElement;
  /** Pixels from its top to its bottom, at first. */
  readonly height: number;
  readonly model: () => Model;
  /** Of everything. */
  readonly whole: () => Layout;
  target: Target;
  /** Pixels that a zoom needs more than `height`. */
  more: number;
  /** Pixels above the picture, for controls that have no room beside its title. */
  above: number;
  /** Of each element in `shown`; undefined until somebody asks. */
  boxes: readonly Box[] | undefined;
  /** Of what goes on marking matches. */
  timer: number | undefined;
}

export const everything: Target = { node: 0 };

export function chartOf(svg: SVGSVGElement, kind: Kind): Chart {
  const frames = svg.querySelector<SVGGElement>('.frames')!;
  const look = JSON.parse(frames.dataset.look!) as PageLook;
  const first = frames.firstElementChild as SVGGElement;
  const height = Number(svg.getAttribute('height'));
  const model = once(() => readModel({ svg, frames: first, look }, kind));
  // Of a picture that was cut by --max-size as it was cut.
  const whole = once(() => layOutIn(model(), look, { ...everything, mostRows: look.rows }));
  const view = { target: everything, shown: first, boxes: undefined, timer: undefined };
  const room = { more: 0, above: 0 };
  return { svg, frames, look, kind, first, height, model, whole, ...view, ...room };
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
  show(chart, layout);
  return layout.boxes;
}

function layoutOf({ model, look, whole }: Chart, target: Target): Layout {
  return isEverything(target) ? whole() : layOutIn(model(), look, target);
}

function layOutIn(model: Model, look: PageLook, target: Target): Layout {
  const minWidth = minWidthOf(model, target);
  return layOut(model.tree, target, (total) => (minWidth * total) / roomFor(look));
}

function minWidthOf({ minWidth, zoomMinWidth }: Model, target: Target): number {
  return isEverything(target) ? minWidth : zoomMinWidth;
}

/** Makes the target as wide as the picture; its callers stay below it, faded. */
export function zoomTo(chart: Chart, target: Target): void {
  const layout = layoutOf(chart, target);
  chart.target = target;
  show(chart, layout);
  makeRoom(chart, Math.max(0, layout.rows - chart.look.rows));
}

export function isEverything({ node, lighterThan }: Target): boolean {
  return node === 0 && lighterThan === undefined;
}

/** What a click on a box zooms to. */
export function targetOf({ node, lighterThan }: Box): Target {
  return lighterThan === undefined ? { node } : { node, lighterThan };
}

function show(chart: Chart, layout: Layout): void {
  const { first, frames, target } = chart;
  // Where the data are not those of the picture, the picture is drawn from them.
  const isFirst = isEverything(target) && layout.boxes.length === first.children.length;
  if (chart.shown !== first) chart.shown.remove();
  chart.shown = isFirst ? first : draw(chart, layout);
  chart.boxes = layout.boxes;
  if (!isFirst) frames.append(chart.shown);
  first.classList.toggle('away', !isFirst);
  first.setAttribute('aria-hidden', String(!isFirst));
}

function draw({ look, model }: Chart, layout: Layout): SVGGElement {
  const picture = { ...look, layout, face: model().face };
  const group = create('g', {}) as SVGGElement;
  group.innerHTML = layout.boxes.map((box) => drawBox(picture, box)).join('');
  for (let at = 0; at < layout.callers; at++) group.children[at]!.classList.add('below');
  return group;
}

/** What was gathered at first may reach higher than the picture did. */
function makeRoom(chart: Chart, rows: number): void {
  const { svg, frames, look } = chart;
  const more = rows * look.frameHeight;
  const shift = more === 0 ? '' : `translate(0,${more})`;
  const end = look.top + look.rows * look.frameHeight;
  if (!look.inverted) move(frames, shift);
  for (const line of svg.querySelectorAll(':scope > text'))
    if (Number(line.getAttribute('y')) > end) move(line, shift);
  const legend = svg.querySelector(':scope > .legend');
  if (legend !== null) move(legend, shift);
  chart.more = more;
  fitPaper(chart);
}

/** Makes the document as high as what is in it. */
export function fitPaper({ svg, look, height, more, above }: Chart): void {
  const paper = svg.querySelector('.paper')!;
  const all = height + more + above;
  for (const sized of [svg, paper]) sized.setAttribute('height', String(all));
  paper.setAttribute('y', String(-above));
  svg.setAttribute('viewBox', `0 ${-above} ${look.width} ${all}`);
}

function move(element: Element, transform: string): void {
  if (transform === '') element.removeAttribute('transform');
  else element.setAttribute('transform', transform);
}

import { type ColorScheme, colourOf, neutralColour } from '../../colour.ts';
import { canvasDrawing } from './canvas.ts';
import { element } from './elements.ts';
import { flameGraphDrawing } from './flame-graph.ts';
import type { Model } from './model.ts';
import type { Drawing, Mark, Scene } from './scene.ts';
import { isDark } from './theme.ts';
import { hideTooltip, showTooltip } from './tooltip.ts';
import { type Placed, placed, type Visible, visibleTree } from './visible.ts';
import { amount, detailsOf, titleOf } from './words.ts';

/** The pane with the flame graph. */
export interface Graph {
  readonly pane: HTMLElement;
  readonly drawing: Drawing;
  model: Model;
  boxes: readonly Placed[];
  /** The node where the keyboard is; -1 for none. */
  cursor: number;
  /** Rows of the tallest picture of this tree so far, so that a zoom does not move the root. */
  rows: number;
  /** For paper: all rows, and not only those in sight. */
  isWhole: boolean;
}

/**
 * Profiles of up to this many frames are drawn by d3-flame-graph, whose boxes are elements; larger ones on a
 * canvas. In Chromium on two cores at 2.5 GHz d3-flame-graph takes about 0.25 ms a box and a zoom: 100 ms for
 * 400 boxes, over a second for the 5,000 that a large profile has of a pixel or wider. The canvas takes 20 to
 * 40 ms for these.
 */
const mostElements = 400;

const hitColour = '#f070f0';

export function createGraph(model: Model): Graph {
  const pane = element('graph');
  const isSmall = model.source.nodes.frame.length <= mostElements;
  const drawing = isSmall ? flameGraphDrawing(pane) : canvasDrawing(pane);
  return { pane, drawing, model, boxes: [], cursor: -1, rows: 0, isWhole: false };
}

/** Draws a model. */
export function drawGraph(graph: Graph, model: Model): void {
  const isOther = graph.model.tree !== model.tree;
  if (isOther) graph.cursor = -1;
  const wasEmpty = graph.rows === 0;
  graph.model = model;
  const { tree, zoom, state } = model;
  const { column, bySize, inverted } = state;
  const width = Math.max(graph.pane.clientWidth, 50);
  graph.boxes = placed(visibleTree({ tree, column, zoom, width, bySize }));
  const rows = 1 + graph.boxes.reduce((most, { depth }) => Math.max(most, depth), 0);
  graph.rows = isOther ? rows : Math.max(rows, graph.rows);
  graph.drawing.draw(sceneOf(graph, width));
  if ((wasEmpty || isOther) && !inverted) graph.pane.scrollTop = graph.pane.scrollHeight;
}

/** Draws again what has changed only in its marks. */
export function redrawGraph(graph: Graph): void {
  graph.drawing.draw(sceneOf(graph, Math.max(graph.pane.clientWidth, 50)));
}

export interface GraphEvents {
  zoomTo(node: number): void;
}

export function listenToGraph(graph: Graph, { zoomTo }: GraphEvents): void {
  const { pane } = graph;
  pane.addEventListener('click', (event) => {
    const box = graph.drawing.boxAt(event);
    if (box !== undefined) zoomTo(box.data.node);
  });
  pane.addEventListener('mousemove', (event) => {
    const box = graph.drawing.boxAt(event);
    pane.classList.toggle('pointing', box !== undefined);
    if (box === undefined) hideTooltip();
    else showTooltip(detailsOf(graph.model, box.data), { x: event.clientX, y: event.clientY });
  });
  for (const type of ['mouseleave', 'scroll', 'click'])
    pane.addEventListener(type, () => hideTooltip());
}

function sceneOf(graph: Graph, width: number): Scene {
  const { model, boxes, rows } = graph;
  const dark = isDark() && !graph.isWhole;
  const { source, state, tree, found } = model;
  const column = source.data.views[state.view]!.columns[state.column]!;
  const hits = typeof found === 'object' ? found.frames : undefined;
  const isHit = (box: Visible) => box.gathered === 0 && hits?.[tree.frame[box.node]!] === 1;
  return {
    boxes,
    rows,
    width,
    inverted: state.inverted,
    isDark: dark,
    isWhole: graph.isWhole,
    label: (box) => ({ name: titleOf(model, box), amount: amount(box.weight, column) }),
    colour: (box) => (isHit(box) ? hitColour : colourOfBox(model, box, dark)),
    mark: (box) => markOf(graph, box),
  };
}

const colours = new Map<string, string>();

function colourOfBox(model: Model, { node, gathered }: Visible, dark: boolean): string {
  const { data } = model.source;
  const frame = model.tree.frame[node]!;
  // Thousands of them must not outshine what they stand beside.
  if (gathered > 0) return dark ? '#8b929b' : neutralColour;
  if (frame < 0) return neutralColour;
  return functionColour(data.functions.name[data.frames.function[frame]!]!, data.look.colors);
}

/** The same as in an SVG; remembered, for names can be long. */
export function functionColour(name: string, scheme: string): string {
  let colour = colours.get(name);
  if (colour === undefined) {
    colour = colourOf({ name }, scheme as ColorScheme);
    colours.set(name, colour);
  }
  return colour;
}

function markOf({ model, cursor }: Graph, { node, gathered }: Visible): Mark {
  if (gathered > 0) return 'none';
  if (node === cursor) return 'cursor';
  const frame = model.tree.frame[node]!;
  const { chosen } = model;
  if (frame < 0 || chosen < 0) return 'none';
  return model.source.data.frames.function[frame] === chosen ? 'chosen' : 'none';
}

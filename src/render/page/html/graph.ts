import { canvasDrawing } from './canvas.ts';
import { element } from './elements.ts';
import { faceOf } from './face.ts';
import { flameGraphDrawing } from './flame-graph.ts';
import { matchesAmong, matchesInWords } from './matches.ts';
import type { Model } from './model.ts';
import type { Drawing, Mark, Scene } from './scene.ts';
import { isDark } from './theme.ts';
import { hideTooltip, showTooltip } from './tooltip.ts';
import { type Placed, placed, type Visible, visibleTree } from './visible.ts';

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
 * Profiles of up to this many frames are drawn by d3-flame-graph, whose boxes are elements; larger ones, and what is
 * filled with patterns, on a canvas. Measured in Chromium on two busy cores: a zoom takes d3-flame-graph 20 to 50 ms with 390 boxes, 150 ms
 * and more with 690, and over a second with 10,000; the canvas 40 ms with the 690 boxes of a pixel or wider that
 * 100,000 frames have. 100 ms is what a reader waits for gladly.
 */
const mostElements = 400;

const hitColour = '#f070f0';
/** Of gathered frames with a match among them. */
const amongColour = '#f7b5f7';

export function createGraph(model: Model): Graph {
  const pane = element('graph');
  const { data, nodes } = model.source;
  const isSmall =
    nodes.frame.length <= mostElements && data.views.every(({ swatches }) => swatches.length === 0);
  const drawing = isSmall ? flameGraphDrawing(pane) : canvasDrawing(pane);
  return { pane, drawing, model, boxes: [], cursor: -1, rows: 0, isWhole: false };
}

/** Draws a model. */
export function drawGraph(graph: Graph, model: Model): void {
  const isOther = graph.model.tree !== model.tree;
  const isTurned = graph.model.state.inverted !== model.state.inverted;
  // What is drawn for a new size only has kept its numbers.
  if (graph.model.state !== model.state) hideTooltip();
  if (isOther) graph.cursor = -1;
  const wasEmpty = graph.rows === 0;
  graph.model = model;
  const { tree, zoom, state } = model;
  const { column, bySize } = state;
  const width = Math.max(graph.pane.clientWidth, 50);
  graph.boxes = placed(visibleTree({ tree, column, zoom, width, bySize }));
  const rows = 1 + graph.boxes.reduce((most, { depth }) => Math.max(most, depth), 0);
  graph.rows = isOther ? rows : Math.max(rows, graph.rows);
  graph.drawing.draw(sceneOf(graph, width));
  if (wasEmpty || isOther || isTurned) scrollToRoot(graph);
}

function scrollToRoot({ pane, model }: Graph): void {
  pane.scrollTop = model.state.inverted ? 0 : pane.scrollHeight;
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
    else showTooltip(tooltipOf(graph, box), { x: event.clientX, y: event.clientY });
  });
  for (const type of ['mouseleave', 'scroll', 'click'])
    pane.addEventListener(type, () => hideTooltip());
}

/** Lines of what is known of a box. */
export function tooltipOf({ model }: Graph, { data }: Placed): string[] {
  return [...faceOf(model, isDark()).details(data), ...matchesInWords(model, data)];
}

function sceneOf(graph: Graph, width: number): Scene {
  const { model, boxes, rows } = graph;
  const dark = isDark() && !graph.isWhole;
  const { state, tree, found } = model;
  const face = faceOf(model, dark);
  const hits = typeof found === 'object' ? found.frames : undefined;
  const markOfMatch = (box: Visible) => {
    if (box.gathered.length > 0) return matchesAmong(model, box, 1) > 0 ? amongColour : undefined;
    return hits?.[tree.frame[box.node]!] === 1 ? hitColour : undefined;
  };
  const isHidden = (box: Visible) => {
    if (state.without.size === 0 || box.fade || box.node === 0) return false;
    const fill = face.fill(box);
    return typeof fill !== 'string' && state.without.has(fill.name);
  };
  return {
    boxes,
    rows,
    width,
    inverted: state.inverted,
    isDark: dark,
    isWhole: graph.isWhole,
    label: face.label,
    fill: (box) => (isHidden(box) ? undefined : (markOfMatch(box) ?? face.fill(box))),
    mark: (box) => markOf(graph, box),
  };
}

function markOf({ model, cursor }: Graph, { node, gathered }: Visible): Mark {
  if (gathered.length > 0) return 'none';
  if (node === cursor) return 'cursor';
  const frame = model.tree.frame[node]!;
  const { chosen } = model;
  if (frame < 0 || chosen < 0) return 'none';
  return model.source.data.frames.function[frame] === chosen ? 'chosen' : 'none';
}

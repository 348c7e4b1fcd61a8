import { type Graph, redrawGraph, tooltipOf } from './graph.ts';
import { rowHeight } from './scene.ts';
import { type Session, zoomTo } from './session.ts';
import { showTooltip } from './tooltip.ts';
import type { Placed } from './visible.ts';

/** Below this many pixels a match is zoomed to, or nobody would see it. */
const leastWidth = 8;

export type Direction = 'up' | 'down' | 'left' | 'right';

/** Moves the keyboard's place to the neighbour in a direction, if there is one; the first time to what is zoomed to. */
export function moveCursor({ graph }: Session, direction: Direction): void {
  const now = boxOf(graph, graph.cursor);
  const next =
    now === undefined ? boxOf(graph, graph.model.zoom) : (neighbour(graph, now, direction) ?? now);
  if (next !== undefined) putCursor(graph, next);
}

/** Puts the cursor on a node, zooming to it where it cannot be seen. */
export function goTo(session: Session, node: number): void {
  const { graph } = session;
  const before = boxOf(graph, node);
  if (before === undefined || (before.x1 - before.x0) * graph.pane.clientWidth < leastWidth)
    zoomTo(session, node);
  const box = boxOf(graph, node);
  if (box !== undefined) putCursor(graph, box);
}

function boxOf({ boxes }: Graph, node: number): Placed | undefined {
  return boxes.find(({ data }) => data.node === node && data.gathered.length === 0);
}

function neighbour(graph: Graph, box: Placed, direction: Direction): Placed | undefined {
  const towardsRoot = graph.model.state.inverted ? 'up' : 'down';
  if (direction === towardsRoot) return box.parent ?? undefined;
  if (direction === 'up' || direction === 'down') {
    const above = (box.children ?? []).filter(({ data }) => data.gathered.length === 0);
    return above.sort((a, b) => b.data.weight - a.data.weight)[0];
  }
  const row = graph.boxes
    .filter(({ depth, data }) => depth === box.depth && data.gathered.length === 0)
    .sort((a, b) => a.x0 - b.x0);
  return row[row.indexOf(box) + (direction === 'right' ? 1 : -1)];
}

function putCursor(graph: Graph, box: Placed): void {
  graph.cursor = box.data.node;
  const hasScrolled = scrollTo(graph, topOf(graph, box));
  redrawGraph(graph);
  tellOf(graph, box);
  // What is told goes when somebody scrolls, of which the page hears later: this was not somebody.
  if (hasScrolled) graph.pane.addEventListener('scroll', () => tellOf(graph, box), { once: true });
}

/** Pixels from the top of all rows. */
function topOf({ model, rows }: Graph, { depth }: Placed): number {
  return (model.state.inverted ? depth : rows - 1 - depth) * rowHeight;
}

/** Brings a row into sight; whether it was not. */
function scrollTo({ pane }: Graph, top: number): boolean {
  const before = pane.scrollTop;
  if (top < pane.scrollTop) pane.scrollTop = top;
  const hidden = top + rowHeight - (pane.scrollTop + pane.clientHeight);
  if (hidden > 0) pane.scrollTop += hidden;
  return pane.scrollTop !== before;
}

function tellOf(graph: Graph, box: Placed): void {
  const { pane } = graph;
  if (graph.cursor !== box.data.node) return;
  const area = pane.getBoundingClientRect();
  const x = area.left + ((box.x0 + Math.min(box.x1, box.x0 + 0.1)) / 2) * pane.clientWidth;
  const y = area.top + topOf(graph, box) - pane.scrollTop + rowHeight / 2;
  showTooltip(tooltipOf(graph, box), { x, y });
}

import { pathTo } from './frame-path.ts';
import { drawGraph, type Graph } from './graph.ts';
import { hashOf } from './link.ts';
import { type Model, modelOf } from './model.ts';
import type { Source } from './source.ts';
import type { State } from './state.ts';
import { drawTable, showRow, type Table } from './table.ts';

/** Everything that is there once. */
export interface Session {
  readonly source: Source;
  readonly graph: Graph;
  readonly table: Table;
  model: Model;
  /** Draws what is neither graph nor table. */
  readonly drawControls: (model: Model) => void;
}

/** Changes what is chosen, draws it, and writes it to the address. */
export function update(session: Session, change: Partial<State>): void {
  const before = session.model.state;
  show(session, { ...before, ...change });
  const isStep = change.zoom !== undefined || change.shape !== undefined;
  writeAddress(session, isStep);
}

/** Draws a state. */
export function show(session: Session, state: State): void {
  const before = session.model;
  session.model = modelOf(session.source, state, before);
  session.drawControls(session.model);
  drawGraph(session.graph, session.model);
  drawTable(session.table, session.model);
  const { chosen } = session.model;
  if (chosen >= 0 && chosen !== before.chosen) showRow(session.table, chosen);
}

/** Makes a node fill the width, and its function the one chosen. */
export function zoomTo(session: Session, node: number): void {
  const { tree, source } = session.model;
  update(session, { zoom: pathTo(tree, source.data, node), chosen: -1 });
}

/** A zoom is a step that the browser's "back" takes back; typing is not. */
function writeAddress({ model: { state, source } }: Session, isStep: boolean): void {
  const hash = `#${hashOf(state, source.data)}`;
  if (hash === (location.hash || '#')) return;
  try {
    if (isStep) history.pushState(null, '', hash);
    else history.replaceState(null, '', hash);
  } catch {
    // A frame without an origin of its own has no say over its address; the page works without.
  }
}

import { drawControls, listenToControls } from './controls.ts';
import { element } from './elements.ts';
import { createGraph, drawGraph, listenToGraph } from './graph.ts';
import { listenToKeyboard } from './keyboard.ts';
import { stateOf } from './link.ts';
import { modelOf } from './model.ts';
import { type Session, show, update, zoomTo } from './session.ts';
import { readSource, type Source } from './source.ts';
import { createTable, drawTable } from './table.ts';

function start(source: Source): void {
  const model = modelOf(source, stateOf(location.hash, source.data));
  const session: Session = {
    source,
    model,
    graph: createGraph(model),
    table: createTable(model, (chosen) => update(session, { chosen })),
    drawControls: (next) => drawControls(session, next),
  };
  listenToControls(session);
  listenToGraph(session.graph, { zoomTo: (node) => zoomTo(session, node) });
  listenToKeyboard(session);
  listenToWindow(session);
  document.documentElement.classList.add('ready');
  session.drawControls(model);
  drawGraph(session.graph, model);
  drawTable(session.table, model);
}

function listenToWindow(session: Session): void {
  const again = () => show(session, session.model.state);
  window.addEventListener('popstate', () =>
    show(session, stateOf(location.hash, session.source.data)),
  );
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', again);
  for (const [type, isPrinted] of [
    ['beforeprint', true],
    ['afterprint', false],
  ] as const)
    window.addEventListener(type, () => {
      session.graph.isWhole = isPrinted;
      session.table.isPrinted = isPrinted;
      again();
    });
  new ResizeObserver(again).observe(session.graph.pane);
}

readSource(element('data')).then(start, (error: unknown) => {
  element('problem').textContent = `This page cannot be shown: ${error}`;
  element('problem').hidden = false;
});

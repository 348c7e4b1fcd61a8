import { closeMenu, reset, search, showAround } from './controls.ts';
import { type Direction, goTo, moveCursor } from './cursor.ts';
import { element } from './elements.ts';
import { matchingNodes, nextOf } from './matches.ts';
import { type Session, update, zoomTo } from './session.ts';
import { toView } from './state.ts';
import { isDark } from './theme.ts';
import { hideTooltip } from './tooltip.ts';

const directions: Readonly<Record<string, Direction>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'left',
  ArrowRight: 'right',
};

/** What single keys do where nothing is typed. */
const keys: Readonly<Record<string, (session: Session) => void>> = {
  Enter: (session) => session.graph.cursor >= 0 && zoomTo(session, session.graph.cursor),
  Escape: (session) => back(session),
  '0': (session) => reset(session),
  '/': () => focusSearch(),
  n: (session) => step(session, 1),
  N: (session) => step(session, -1),
  c: (session) => showAround(session, 'callers'),
  e: (session) => showAround(session, 'callees'),
  l: (session) => toggleLeaves(session),
  r: (session) => update(session, { collapseRecursion: !session.model.state.collapseRecursion }),
  i: (session) => update(session, { inverted: !session.model.state.inverted }),
  s: (session) => update(session, { bySize: !session.model.state.bySize }),
  v: (session) => nextView(session),
  b: (session) => nextColumn(session),
  t: (session) => update(session, { hasTable: !session.model.state.hasTable }),
  d: (session) => update(session, { theme: isDark() ? 'light' : 'dark' }),
  '?': () => element<HTMLDialogElement>('help').showModal(),
};

export function listenToKeyboard(session: Session): void {
  document.addEventListener('keydown', (event) => onKey(session, event));
  element('search').addEventListener('keydown', (event) => onSearchKey(session, event));
  element('next').addEventListener('click', () => step(session, 1));
  element('previous').addEventListener('click', () => step(session, -1));
  element('show-help').addEventListener('click', () =>
    element<HTMLDialogElement>('help').showModal(),
  );
}

function onKey(session: Session, event: KeyboardEvent): void {
  const isFind = (event.ctrlKey || event.metaKey) && event.key === 'f';
  const isInSearch = event.target === element('search');
  if (isFind && !isInSearch) {
    event.preventDefault();
    focusSearch();
  } else if (event.key === 'F3') {
    event.preventDefault();
    if (typeof session.model.found === 'object') step(session, event.shiftKey ? -1 : 1);
    else focusSearch();
  } else if (isPlain(event)) {
    onPlainKey(session, event);
  }
}

/** A key that is not for a field, a button, a dialog or the browser. */
function isPlain({ ctrlKey, metaKey, altKey, target, key }: KeyboardEvent): boolean {
  if (ctrlKey || metaKey || altKey || element<HTMLDialogElement>('help').open) return false;
  const place = target as Element;
  if (place.matches('input:not([type=checkbox]), select')) return false;
  const isPress = key === 'Enter' || key === ' ';
  return !(isPress && place.matches('button, summary, input, a, tr'));
}

function onPlainKey(session: Session, event: KeyboardEvent): void {
  const row = (event.target as Element).closest('#table-rows tr');
  const direction = directions[event.key];
  if (direction !== undefined) {
    event.preventDefault();
    if (row === null) moveCursor(session, direction);
    else moveInTable(row, direction);
    return;
  }
  const action = keys[event.key];
  if (action === undefined) return;
  event.preventDefault();
  action(session);
}

function moveInTable(row: Element, direction: Direction): void {
  const next = direction === 'down' ? row.nextElementSibling : row.previousElementSibling;
  if (next instanceof HTMLElement) next.focus();
}

/** In the field Escape ends the search only, so that a zoom survives it. */
function onSearchKey(session: Session, event: KeyboardEvent): void {
  if (event.key === 'Enter') step(session, event.shiftKey ? -1 : 1);
  else if (event.key === 'Escape') search(session, { text: '' });
  else return;
  event.preventDefault();
  event.stopPropagation();
  if (event.key === 'Escape') element('search').blur();
}

function focusSearch(): void {
  element<HTMLInputElement>('search').focus();
  element<HTMLInputElement>('search').select();
}

/** Goes to the next match, or to the one before. */
function step(session: Session, by: 1 | -1): void {
  const { graph, model } = session;
  const next = nextOf(matchingNodes(model, graph.boxes), graph.cursor, by);
  if (next !== undefined) goTo(session, next);
}

/** One thing at a time: the cursor, the search, the zoom, the shape. */
function back(session: Session): void {
  const { state } = session.model;
  hideTooltip();
  if (closeMenu()) return;
  if (session.graph.cursor >= 0) {
    session.graph.cursor = -1;
    update(session, {});
  } else if (state.query.text !== '') search(session, { text: '' });
  else if (state.zoom.length > 0) update(session, { zoom: [], chosen: -1 });
  else reset(session);
}

function toggleLeaves(session: Session): void {
  const isLeaves = session.model.state.shape.kind === 'leaves';
  update(session, { shape: { kind: isLeaves ? 'stacks' : 'leaves' }, zoom: [] });
}

function nextView(session: Session): void {
  const { state, source } = session.model;
  const view = (state.view + 1) % source.data.views.length;
  update(session, toView(source.data, state, view));
}

function nextColumn(session: Session): void {
  const { state, source } = session.model;
  const { length } = source.data.views[state.view]!.columns;
  update(session, { column: (state.column + 1) % length });
}

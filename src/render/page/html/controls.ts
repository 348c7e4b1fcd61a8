import { select } from 'd3';
import type { View } from '../../../profile/metadata.ts';
import { element, selected } from './elements.ts';
import { drawLegend } from './legend.ts';
import type { Model } from './model.ts';
import { type Session, update } from './session.ts';
import { initialState, type State, toView } from './state.ts';
import { toFirstRow } from './table.ts';
import { isDark } from './theme.ts';
import { capitalised, foundInWords, nameOf, shownName } from './words.ts';

const viewNames: Readonly<Record<View, string>> = {
  all: 'All',
  unfreed: 'Unfreed',
  mmap: 'Mmap',
  mapped: 'Mapped',
  all_and_mmap: 'All and mmap',
  unfreed_and_mapped: 'Unfreed and mapped',
  resident: 'Resident',
};

/** One of a row of buttons of which one is pressed. */
interface Choice {
  readonly text: string;
  readonly isPressed: boolean;
  readonly change: Partial<State>;
}

/** Draws what is above the graph as the model has it. */
export function drawControls(session: Session, model: Model): void {
  const { state } = model;
  document.documentElement.dataset.theme = state.theme;
  for (const about of document.querySelectorAll<HTMLElement>('[data-view]'))
    about.hidden = about.dataset.view !== String(state.view);
  drawChoices(session, 'views', viewChoices(model));
  drawChoices(session, 'columns', columnChoices(model));
  drawKind(model);
  drawLegend(session, model);
  drawChoices(session, 'shapes', shapeChoices(model));
  element<HTMLInputElement>('inverted').checked = state.inverted;
  element<HTMLInputElement>('by-size').checked = state.bySize;
  element<HTMLInputElement>('collapse').checked = state.collapseRecursion;
  element<HTMLInputElement>('dark').checked = isDark();
  element('modules-count').textContent =
    state.hiddenModules.size === 0 ? '' : ` (${state.hiddenModules.size} hidden)`;
  for (const box of document.querySelectorAll<HTMLInputElement>('#modules input'))
    box.checked = !state.hiddenModules.has(Number(box.value));
  element('side').hidden = !state.hasTable;
  element('toggle-table').setAttribute('aria-pressed', String(state.hasTable));
  element('around').hidden = model.chosen < 0;
  drawSearch(model);
  const first = initialState(model.source.data).shape;
  const isChanged = state.zoom.length > 0 || state.shape.kind !== first.kind;
  element<HTMLButtonElement>('reset').disabled = !isChanged && state.query.text === '';
  drawWhere(model);
}

/** What the table is wider for, and whether widths can be chosen. */
function drawKind({ source, state }: Model): void {
  const { change, growth } = source.data.views[state.view]!;
  element('widths').hidden = change === undefined;
  const isWide = change !== undefined || growth !== undefined;
  document.documentElement.classList.toggle('change', isWide);
}

function drawSearch(model: Model): void {
  const { query } = model.state;
  const field = element<HTMLInputElement>('search');
  if (field.value !== query.text) field.value = query.text;
  field.setAttribute('aria-invalid', String(model.found === 'wrong'));
  element('found').textContent = foundInWords(model);
  element('case').setAttribute('aria-pressed', String(query.isCaseSensitive));
  element('regexp').setAttribute('aria-pressed', String(query.isRegExp));
  for (const id of ['next', 'previous'])
    element<HTMLButtonElement>(id).disabled = typeof model.found !== 'object';
}

/** What the graph is of, where that is not everything, and which function is chosen besides. */
function drawWhere(model: Model): void {
  const { source, tree, zoom, chosen } = model;
  const { shape } = model.state;
  const zoomed = source.data.frames.function[tree.frame[zoom]!];
  const isSaid = chosen === zoomed || ('function' in shape && chosen === shape.function);
  const parts = [
    ...(shape.kind === 'leaves' ? ['merged from the leaf'] : []),
    ...('function' in shape ? [nameOf(model, 0)] : []),
    ...(zoomed === undefined ? [] : [`zoomed to ${nameOf(model, zoom)}`]),
    ...(chosen < 0 || isSaid ? [] : [`chosen: ${source.data.functions.name[chosen]!}`]),
  ];
  element('what').textContent = parts.map(shownName).join(' \u00b7 ');
}

function drawChoices(session: Session, id: string, choices: readonly Choice[]): void {
  element(id).hidden = choices.length < 2;
  select(element(id))
    .selectAll<HTMLButtonElement, Choice>('button')
    .data(choices)
    .join((enter) => enter.append('button').attr('type', 'button'))
    .text(({ text }) => text)
    .attr('aria-pressed', ({ isPressed }) => String(isPressed))
    .on('click', (_, { change }) => update(session, change));
}

function viewChoices({ source, state }: Model): Choice[] {
  return source.data.views.map(({ name }, view) => ({
    text: viewNames[name as View] ?? capitalised(name),
    isPressed: view === state.view,
    change: toView(source.data, state, view),
  }));
}

function columnChoices({ source, state }: Model): Choice[] {
  return source.data.views[state.view]!.columns.map((each, column) => ({
    text: capitalised(each.title),
    isPressed: column === state.column,
    change: { column },
  }));
}

function shapeChoices({ state: { shape } }: Model): Choice[] {
  return [
    { text: 'From root', isPressed: shape.kind === 'stacks', change: ofKind('stacks') },
    { text: 'From leaf', isPressed: shape.kind === 'leaves', change: ofKind('leaves') },
  ];
}

function ofKind(kind: 'stacks' | 'leaves'): Partial<State> {
  return { shape: { kind }, zoom: [] };
}

/** Connects all that stays in its place. */
export function listenToControls(session: Session): void {
  const state = () => session.model.state;
  const onToggle = (id: string, change: (isOn: boolean) => Partial<State>) =>
    element(id).addEventListener('change', (event) =>
      update(session, change((event.target as HTMLInputElement).checked)),
    );
  const onPress = (id: string, action: () => void) => element(id).addEventListener('click', action);
  onToggle('inverted', (inverted) => ({ inverted }));
  onToggle('by-size', (bySize) => ({ bySize }));
  onToggle('collapse', (collapseRecursion) => ({ collapseRecursion }));
  onToggle('dark', (dark) => ({ theme: dark ? 'dark' : 'light' }));
  onPress('toggle-table', () => update(session, { hasTable: !state().hasTable }));
  onPress('reset', () => reset(session));
  for (const kind of ['callers', 'callees'] as const)
    onPress(kind, () => showAround(session, kind));
  onPress('case', () => search(session, { isCaseSensitive: !state().query.isCaseSensitive }));
  onPress('regexp', () => search(session, { isRegExp: !state().query.isRegExp }));
  element('search').addEventListener('input', (event) =>
    search(session, { text: (event.target as HTMLInputElement).value }),
  );
  listenToMenus();
  fillModules(session);
}

/** A menu closes when something else is pressed. */
function listenToMenus(): void {
  const menus = document.querySelectorAll<HTMLDetailsElement>('details.menu');
  document.addEventListener('click', ({ target }) => {
    for (const menu of menus) if (!menu.contains(target as Node)) menu.open = false;
  });
}

/** Closes the menu that is open; whether there was one. */
export function closeMenu(): boolean {
  const menu = document.querySelector<HTMLDetailsElement>('details.menu[open]');
  if (menu !== null) menu.open = false;
  return menu !== null;
}

/** Shows everything again, as far as zoom, search and functions go. */
export function reset(session: Session): void {
  const query = { ...session.model.state.query, text: '' };
  const { shape } = initialState(session.source.data);
  toFirstRow();
  update(session, { zoom: [], shape, query, chosen: -1 });
}

/** Draws the callers or the callees of the function chosen. */
export function showAround(session: Session, kind: 'callers' | 'callees'): void {
  const { chosen } = session.model;
  if (chosen >= 0) update(session, { shape: { kind, function: chosen }, zoom: [], chosen });
}

export function search(session: Session, change: Partial<State['query']>): void {
  toFirstRow();
  update(session, { query: { ...session.model.state.query, ...change } });
}

function fillModules(session: Session): void {
  const { modules } = session.source.data;
  element('modules').hidden = modules.length === 0;
  const names = modules.map((name, module) => ({ name, module }));
  names.sort((a, b) => (a.name < b.name ? -1 : 1));
  const labels = selected('modules-list').selectAll('label').data(names).join('label');
  labels
    .append('input')
    .attr('type', 'checkbox')
    .attr('value', ({ module }) => module)
    .on('change', (event, { module }) =>
      hideModule(session, module, !(event.target as HTMLInputElement).checked),
    );
  labels.append('span').text(({ name }) => shownName(name));
}

function hideModule(session: Session, module: number, isHidden: boolean): void {
  const hiddenModules = new Set(session.model.state.hiddenModules);
  if (isHidden) hiddenModules.add(module);
  else hiddenModules.delete(module);
  update(session, { hiddenModules });
}

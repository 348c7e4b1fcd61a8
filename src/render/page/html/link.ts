import type { PageData } from './data.ts';
import { initialState, type Shape, type State } from './state.ts';

/** The address's hash for a state: what differs from the start, each text encoded. */
export function hashOf(state: State, data: PageData): string {
  const fields: [string, string][] = [];
  const start = initialState(data);
  const add = (name: string, value: string) => fields.push([name, value]);
  if (state.view !== start.view) add('view', encoded(data.views[state.view]!.name));
  if (state.column !== start.column) add('by', encoded(titleOf(data, state)));
  if (state.shape.kind !== start.shape.kind || 'function' in state.shape)
    add(state.shape.kind, shapeText(state.shape, data));
  if (state.collapseRecursion) add('collapse', '1');
  if (state.hiddenModules.size > 0)
    add('hide', list([...state.hiddenModules].map((module) => data.modules[module]!)));
  if (state.zoom.length > 0) add('zoom', list(state.zoom));
  if (state.query.text !== '') add('search', encoded(state.query.text));
  if (state.query.isRegExp) add('regexp', '1');
  if (state.query.isCaseSensitive) add('case', '1');
  if (state.inverted !== start.inverted) add('root', state.inverted ? 'top' : 'bottom');
  if (state.bySize) add('order', 'size');
  if (state.without.size > 0) add('without', list([...state.without]));
  if (state.theme !== start.theme) add('theme', state.theme);
  if (!state.hasTable) add('table', '0');
  return fields.map(([name, value]) => `${name}=${value}`).join('&');
}

/** The state that a hash describes; what it says that makes no sense here is passed over. */
export function stateOf(hash: string, data: PageData): State {
  const start = initialState(data);
  const fields = new Map(
    hash
      .replace(/^#/, '')
      .split('&')
      .map((field) => {
        const equals = field.indexOf('=');
        return [field.slice(0, equals), field.slice(equals + 1)] as const;
      }),
  );
  const text = (name: string) => decoded(fields.get(name) ?? '');
  const items = (name: string) => itemsOf(fields.get(name));
  const view = atLeast(
    data.views.findIndex(({ name }) => name === text('view')),
    start.view,
  );
  const { columns, swatches } = data.views[view]!;
  const root = fields.get('root');
  const theme = fields.get('theme');
  return {
    view,
    column: atLeast(
      columns.findIndex(({ title }) => title === text('by')),
      start.column,
    ),
    shape: shapeOf(fields, data),
    collapseRecursion: fields.get('collapse') === '1',
    hiddenModules: new Set(
      items('hide')
        .map((name) => data.modules.indexOf(name))
        .filter((module) => module >= 0),
    ),
    zoom: items('zoom'),
    query: {
      text: text('search'),
      isRegExp: fields.get('regexp') === '1',
      isCaseSensitive: fields.get('case') === '1',
    },
    inverted: root === undefined ? start.inverted : root === 'top',
    bySize: fields.get('order') === 'size',
    without: new Set(namesIn(items('without'), swatches)),
    theme: theme === 'dark' || theme === 'light' ? theme : 'auto',
    hasTable: fields.get('table') !== '0',
    chosen: -1,
  };
}

/** Those of the names that something has. */
function namesIn(names: readonly string[], known: readonly { readonly name: string }[]): string[] {
  return names.filter((name) => known.some((each) => each.name === name));
}

function titleOf(data: PageData, { view, column }: State): string {
  return data.views[view]!.columns[column]!.title;
}

/** A name and a module, for a name alone may be in several. */
function shapeText(shape: Shape, { functions, modules }: PageData): string {
  if (!('function' in shape)) return '1';
  const module = modules[functions.module[shape.function]!];
  return list([functions.name[shape.function]!, ...(module === undefined ? [] : [module])]);
}

function shapeOf(fields: ReadonlyMap<string, string>, data: PageData): Shape {
  for (const kind of ['leaves', 'stacks'] as const) if (fields.has(kind)) return { kind };
  for (const kind of ['callers', 'callees'] as const) {
    const [name, module] = itemsOf(fields.get(kind));
    const wanted = data.functions.name.findIndex(
      (each, index) => each === name && data.modules[data.functions.module[index]!] === module,
    );
    if (wanted >= 0) return { kind, function: wanted };
  }
  return initialState(data).shape;
}

function list(texts: readonly string[]): string {
  return texts.map(encoded).join(';');
}

function itemsOf(field: string | undefined): string[] {
  return field === undefined || field === '' ? [] : field.split(';').map(decoded);
}

function encoded(text: string): string {
  // Half of a character, which may have been typed, cannot be encoded.
  return encodeURIComponent(text.replace(/\p{Cs}/gu, '\ufffd'));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

function atLeast(index: number, otherwise: number): number {
  return index < 0 ? otherwise : index;
}

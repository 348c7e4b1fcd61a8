import { noQuery, type Query } from '../query.ts';
import type { PageData } from './data.ts';
import type { FramePath } from './frame-path.ts';

/** Which tree is drawn: stacks as they are, merged from the leaf, or around one function. */
export type Shape =
  | { readonly kind: 'stacks' | 'leaves' }
  | { readonly kind: 'callers' | 'callees'; readonly function: number };

/** All that a reader has chosen, and all that a link holds. */
export interface State {
  /** Index into the views. */
  readonly view: number;
  /** Index into the columns of the view. */
  readonly column: number;
  readonly shape: Shape;
  readonly collapseRecursion: boolean;
  readonly hiddenModules: ReadonlySet<number>;
  readonly zoom: FramePath;
  readonly query: Query;
  /** The root on top. */
  readonly inverted: boolean;
  readonly bySize: boolean;
  /** Of a legend, what is not to be seen: names of swatches. */
  readonly without: ReadonlySet<string>;
  readonly theme: 'auto' | 'light' | 'dark';
  readonly hasTable: boolean;
  /** Index into the functions; -1 for that of the frame zoomed to. Not in links. */
  readonly chosen: number;
}

/** The change to another view: of its columns the one that is called the same, else one that counts the same, if there is one. */
export function toView({ views }: PageData, state: State, view: number): Partial<State> {
  const { title, unit } = views[state.view]!.columns[state.column]!;
  const { columns } = views[view]!;
  const column =
    columns.find((each) => each.title === title) ?? columns.find((each) => each.unit === unit);
  return { view, column: column === undefined ? 0 : columns.indexOf(column) };
}

/** What a page shows that was opened without a link. */
export function initialState({ look, views }: PageData): State {
  const widths = views[0]?.columns.findIndex(({ title }) => title === look.widths) ?? 0;
  return {
    view: 0,
    column: Math.max(0, widths),
    shape: { kind: look.reverse ? 'leaves' : 'stacks' },
    collapseRecursion: false,
    hiddenModules: new Set(),
    zoom: [],
    query: noQuery,
    inverted: look.inverted,
    bySize: false,
    without: new Set(),
    theme: 'auto',
    hasTable: true,
    chosen: -1,
  };
}

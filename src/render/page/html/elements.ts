import { type Selection, select } from 'd3';

// biome-ignore lint/suspicious/noExplicitAny: d3's selections of any parent
export type Selected<E extends Element> = Selection<E, any, any, any>;

/** An element of the page that is always there. */
export function element<E extends HTMLElement>(id: string): E {
  return document.getElementById(id) as E;
}

/** The same as a selection of d3. */
export function selected<E extends HTMLElement>(id: string): Selected<E> {
  return select(element<E>(id));
}

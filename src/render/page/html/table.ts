import { select } from 'd3';
import { element, selected } from './elements.ts';
import type { FunctionWeights } from './functions.ts';
import type { Heading, Headings } from './heading.ts';
import { headingsOf } from './headings.ts';
import type { Model } from './model.ts';

export interface Table {
  model: Model;
  rows: readonly FunctionWeights[];
  headings: Headings;
  /** Of the heading sorted by. */
  sortedBy: string;
  isReversed: boolean;
  /** For paper: the first rows, and not those in sight. */
  isPrinted: boolean;
  readonly choose: (chosen: number) => void;
}

/** Pixels from one row to the next; only those in sight are elements. */
const rowHeight = 24;
const spareRows = 6;
const printedRows = 100;

export function createTable(model: Model, choose: (chosen: number) => void): Table {
  const table: Table = {
    model,
    rows: [],
    headings: headingsOf(model),
    sortedBy: '',
    isReversed: false,
    isPrinted: false,
    choose,
  };
  element('table').addEventListener('scroll', () => drawRows(table));
  return table;
}

/** Shows the functions of a model; while something is searched for, those that match. */
export function drawTable(table: Table, model: Model): void {
  const isSame = table.sortedBy !== '' && hasSameHeadings(table.model, model);
  if (isSame && table.model.found === model.found) {
    table.model = model;
    drawRows(table);
    return;
  }
  // What they have reckoned is kept while something is searched for.
  const headings = isSame ? table.headings : headingsOf(model);
  if (table.sortedBy === '' || table.headings.first !== headings.first) {
    table.sortedBy = headings.first;
    toFirstRow();
  }
  table.model = model;
  table.headings = headings;
  const { found, functions } = model;
  const matching = typeof found === 'object' ? found.functions : undefined;
  const rows = functions.filter((row) => matching === undefined || matching[row.function]);
  table.rows = inOrderOf(table.rows, rows);
  sortRows(table);
  drawHead(table);
  drawRows(table);
}

/** A zoom changes none of them. */
function hasSameHeadings(before: Model, now: Model): boolean {
  const isSameColumn =
    before.state.view === now.state.view && before.state.column === now.state.column;
  return isSameColumn && before.functions === now.functions;
}

/** The rows of now, those that were there before in the order of then: sorting takes less time. */
function inOrderOf(
  before: readonly FunctionWeights[],
  now: readonly FunctionWeights[],
): FunctionWeights[] {
  const left = new Map(now.map((row) => [row.function, row]));
  const known: FunctionWeights[] = [];
  for (const { function: index } of before) {
    const row = left.get(index);
    if (row !== undefined && left.delete(index)) known.push(row);
  }
  return [...known, ...left.values()];
}

function sortRows(table: Table): void {
  const { compare } = table.headings.headings.find(({ id }) => id === table.sortedBy)!;
  const sign = table.isReversed ? -1 : 1;
  table.rows = [...table.rows].sort((a, b) => sign * compare(a, b) || a.function - b.function);
}

function drawHead(table: Table): void {
  const { groups, headings } = table.headings;
  selected('table-columns')
    .selectAll<HTMLElement, Heading>('col')
    .data(headings)
    .join('col')
    .style('width', ({ width }) => (width === undefined ? null : `${width}px`));
  selected('table-groups')
    .selectAll('th')
    .data(groups)
    .join('th')
    .attr('colspan', ({ span }) => span)
    .text(({ title }) => title);
  selected('table-head')
    .selectAll<HTMLElement, Heading>('th')
    .data(headings)
    .join((enter) => {
      const cell = enter.append('th').attr('scope', 'col');
      cell.append('button').attr('type', 'button');
      return cell;
    })
    .classed('text', ({ isText }) => isText)
    .attr('aria-sort', (heading) => orderOf(table, heading))
    .select('button')
    .attr('title', ({ hint }) => hint)
    .text(({ title }) => title)
    .on('click', (_, { id }) => sortBy(table, id));
}

/** Weights begin with the heaviest. */
function orderOf({ sortedBy, isReversed }: Table, { id, isText }: Heading): string {
  if (id !== sortedBy) return 'none';
  return isText === isReversed ? 'descending' : 'ascending';
}

/** By a heading, and the other way round the second time. */
function sortBy(table: Table, id: string): void {
  table.isReversed = id === table.sortedBy && !table.isReversed;
  table.sortedBy = id;
  toFirstRow();
  sortRows(table);
  drawHead(table);
  drawRows(table);
}

/** Only the rows in sight, between two that are as high as all the others. */
function drawRows(table: Table): void {
  const pane = element('table');
  const shown = table.isPrinted
    ? printedRows
    : Math.ceil(pane.clientHeight / rowHeight) + spareRows;
  const most = table.isPrinted ? 0 : Math.max(0, table.rows.length - shown);
  const first = Math.min(most, Math.max(0, Math.floor(pane.scrollTop / rowHeight) - spareRows / 2));
  const rows = table.rows.slice(first, first + shown);
  const below = table.isPrinted ? 0 : table.rows.length - first - rows.length;
  selected('rows-above').style('height', `${first * rowHeight}px`);
  selected('rows-below').style('height', `${below * rowHeight}px`);
  const { chosen } = table.model;
  selected('table-rows')
    .selectAll<HTMLTableRowElement, FunctionWeights>('tr')
    .data(rows)
    .join('tr')
    .attr('tabindex', 0)
    .attr('aria-selected', (row) => String(row.function === chosen))
    .on('click', (_, row) => table.choose(row.function === chosen ? -1 : row.function))
    .each((row, index, elements) => drawCells(table, row, elements[index]!));
}

function drawCells(
  { headings: { headings, colour } }: Table,
  row: FunctionWeights,
  element: Element,
): void {
  select(element)
    .style('--colour', colour(row))
    .selectAll<HTMLElement, Heading>('td')
    .data(headings)
    .join('td')
    .attr('class', (heading) => (heading.isText ? 'text' : (heading.className?.(row) ?? '')))
    .attr('title', (heading) => heading.tooltip(row))
    .style('--share', (heading) => `${100 * heading.share(row)}%`)
    .text((heading) => heading.text(row));
}

/** Before other rows are drawn, or the same in another order. */
export function toFirstRow(): void {
  element('table').scrollTop = 0;
}

/** Brings a function's row into sight, if it has one. */
export function showRow(table: Table, wanted: number): void {
  const index = table.rows.findIndex((row) => row.function === wanted);
  if (index < 0) return;
  const pane = element('table');
  const top = index * rowHeight;
  const bottom = pane.scrollTop + pane.clientHeight;
  if (top < pane.scrollTop || top + 3 * rowHeight > bottom)
    pane.scrollTop = top - pane.clientHeight / 2;
  drawRows(table);
}

import { select } from 'd3';
import { withoutTemplateArguments } from '../../../symbol-name.ts';
import { formatShare } from '../../../units.ts';
import type { PageColumn } from './data.ts';
import { element, selected } from './elements.ts';
import { functionColour } from './frame-colour.ts';
import type { FunctionWeights } from './functions.ts';
import type { Model } from './model.ts';
import { amount, capitalised, exactAmount, shownName } from './words.ts';

/** A column of the table. */
interface Heading {
  readonly id: string;
  readonly title: string;
  readonly hint: string;
  readonly isText: boolean;
  compare(a: FunctionWeights, b: FunctionWeights): number;
  text(row: FunctionWeights): string;
  tooltip(row: FunctionWeights): string;
  /** Of the whole, 0 to 1. */
  share(row: FunctionWeights): number;
}

export interface Table {
  model: Model;
  rows: readonly FunctionWeights[];
  headings: readonly Heading[];
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
    headings: [],
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
  if (table.sortedBy === '' || table.model.state.column !== model.state.column)
    table.sortedBy = `total-${model.state.column}`;
  table.model = model;
  table.headings = headingsOf(model);
  const { found, functions } = model;
  const matching = typeof found === 'object' ? found.functions : undefined;
  table.rows = functions.filter((row) => matching === undefined || matching[row.function]);
  sortRows(table);
  drawHead(table);
  drawRows(table);
}

function headingsOf(model: Model): Heading[] {
  const { columns } = model.source.data.views[model.state.view]!;
  return [
    nameHeading(model),
    ...columns.flatMap((column, index) => [
      weightHeading(model, { column, index, kind: 'self' }),
      weightHeading(model, { column, index, kind: 'total' }),
    ]),
  ];
}

function nameHeading({ source: { data } }: Model): Heading {
  const name = (row: FunctionWeights) => shownName(data.functions.name[row.function]!);
  const module = (row: FunctionWeights) => data.modules[data.functions.module[row.function]!];
  return {
    id: 'name',
    title: 'Function',
    hint: 'By name',
    isText: true,
    // Functions are numbered in the order of their names.
    compare: (a, b) => a.function - b.function,
    text: (row) => withoutTemplateArguments(name(row)).slice(0, 300),
    tooltip: (row) => [name(row), module(row)].filter((part) => part).join('\n'),
    share: () => 0,
  };
}

interface Weighed {
  readonly column: PageColumn;
  readonly index: number;
  readonly kind: 'self' | 'total';
}

const hints = {
  self: 'What the function allocates itself',
  total: 'With all that it calls; recursion counts once',
};

function weightHeading({ stacks }: Model, { column, index, kind }: Weighed): Heading {
  const weight = (row: FunctionWeights) => row[kind][index]!;
  const whole = stacks.total[index]![0]!;
  return {
    id: `${kind}-${index}`,
    title: kind,
    hint: hints[kind],
    isText: false,
    compare: (a, b) => weight(b) - weight(a),
    text: (row) => (weight(row) === 0 ? '' : amount(weight(row), column)),
    tooltip: (row) => `${exactAmount(weight(row), column)}\n${formatShare(weight(row), whole)}`,
    share: (row) => (whole === 0 ? 0 : weight(row) / whole),
  };
}

function sortRows(table: Table): void {
  const { compare } = table.headings.find(({ id }) => id === table.sortedBy)!;
  const sign = table.isReversed ? -1 : 1;
  table.rows = [...table.rows].sort((a, b) => sign * compare(a, b) || a.function - b.function);
}

function drawHead(table: Table): void {
  const { state, source } = table.model;
  selected('table-groups')
    .selectAll('th')
    .data(['', ...source.data.views[state.view]!.columns.map(capitalised)])
    .join('th')
    .attr('colspan', (_, index) => (index === 0 ? 1 : 2))
    .text((title) => title);
  selected('table-head')
    .selectAll<HTMLElement, Heading>('th')
    .data(table.headings)
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

function drawCells({ headings, model }: Table, row: FunctionWeights, element: Element): void {
  select(element)
    .style('--colour', functionColour(model.source.data, row.function))
    .selectAll<HTMLElement, Heading>('td')
    .data(headings)
    .join('td')
    .classed('text', ({ isText }) => isText)
    .attr('title', (heading) => heading.tooltip(row))
    .style('--share', (heading) => `${100 * heading.share(row)}%`)
    .text((heading) => heading.text(row));
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

import { withoutTemplateArguments } from '../../../symbol-name.ts';
import { formatShare } from '../../../units.ts';
import { changeHeadings } from './change-headings.ts';
import { functionColour } from './frame-colour.ts';
import type { FunctionWeights } from './functions.ts';
import { growthHeadings } from './growth-headings.ts';
import { type Heading, type Headings, longestOf, widthFor } from './heading.ts';
import type { Model } from './model.ts';
import type { PageColumn } from './views.ts';
import { amount, capitalised, exactAmount, shownName } from './words.ts';

const hints = {
  self: 'What the function allocates itself',
  total: 'With all that it calls; recursion counts once',
} as const;

/** The columns of the table for a model's view. */
export function headingsOf(model: Model): Headings {
  const { source, state } = model;
  const { columns, change, growth } = source.data.views[state.view]!;
  const name = nameHeading(model);
  if (change !== undefined) return changeHeadings(model, change, name);
  if (growth !== undefined) return growthHeadings(model, growth, name);
  return {
    groups: ['', ...columns.map(({ title }) => capitalised(title))].map((title, index) => ({
      title,
      span: index === 0 ? 1 : 2,
    })),
    headings: [
      name,
      ...columns.flatMap((column, index) => [
        weightHeading(model, { column, index, kind: 'self' }),
        weightHeading(model, { column, index, kind: 'total' }),
      ]),
    ],
    first: `total-${state.column}`,
    colour: (row) => functionColour(source.data, row.function),
  };
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

function weightHeading({ stacks, functions }: Model, { column, index, kind }: Weighed): Heading {
  const weight = (row: FunctionWeights) => row[kind][index]!;
  const whole = stacks.total[index]![0]!;
  return {
    id: `${kind}-${index}`,
    title: kind,
    hint: hints[kind],
    isText: false,
    width: widthFor(longestOf(functions.map(weight), column.unit), 86),
    compare: (a, b) => weight(b) - weight(a),
    text: (row) => (weight(row) === 0 ? '' : amount(weight(row), column)),
    tooltip: (row) => `${exactAmount(weight(row), column)}\n${formatShare(weight(row), whole)}`,
    share: (row) => (whole === 0 ? 0 : weight(row) / whole),
  };
}

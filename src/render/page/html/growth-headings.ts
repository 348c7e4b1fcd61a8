import { compareGrowth, type Growth } from '../../../profile/steadiness.ts';
import { formatRate } from '../../../units.ts';
import { growthInWords } from '../../growth-face.ts';
import { growthSwatch } from '../../growth-swatches.ts';
import type { FunctionWeights } from './functions.ts';
import { grownBy, type PageGrowth } from './growth.ts';
import {
  type Heading,
  type Headings,
  longestOf,
  type WeightKind,
  weightGroups,
  weightKinds,
  widthFor,
} from './heading.ts';
import type { Model } from './model.ts';
import { remembered } from './remembered.ts';
import { amount, exactAmount } from './words.ts';

type GrowthOf = (row: FunctionWeights) => Growth;

/** The columns of a view with snapshots: what there is at the end, and how it grew. */
export function growthHeadings(model: Model, growth: PageGrowth, name: Heading): Headings {
  const total = growthIn(growth, 'total');
  return {
    groups: weightGroups,
    headings: [name, ...weightKinds.flatMap((each) => headingsOf(model, growth, each))],
    first: 'rate-total',
    colour: (row) => growthSwatch(total(row).steadiness).colour,
  };
}

function growthIn(growth: PageGrowth, kind: WeightKind): GrowthOf {
  return remembered((row: FunctionWeights) => grownBy(growth, (column) => row[kind][column]!));
}

function headingsOf(
  { source, state, stacks, functions }: Model,
  growth: PageGrowth,
  { kind, hint }: (typeof weightKinds)[number],
): Heading[] {
  const { period } = growth;
  const growthOf = growthIn(growth, kind);
  const column = source.data.views[state.view]!.columns[state.column]!;
  const whole = stacks.total[state.column]![0]!;
  const weight = (row: FunctionWeights) => row[kind][state.column]!;
  const hasHistory = (row: FunctionWeights) => row[kind].some((each) => each > 0);
  const rate = (row: FunctionWeights) => growthOf(row).perSecond ?? 0;
  const inPeriod = (row: FunctionWeights) => Math.round(period.seconds * Math.abs(rate(row)));
  const fastest = functions.reduce((most, row) => Math.max(most, Math.abs(rate(row))), 0);
  const common = {
    isText: false,
    tooltip: (row: FunctionWeights) =>
      `${exactAmount(weight(row), column)}\n${growthInWords(growthOf(row), period)}`,
    share: () => 0,
  };
  return [
    {
      ...common,
      id: `end-${kind}`,
      title: 'at end',
      width: widthFor(longestOf(functions.map(weight), column.unit), 80),
      hint: `At the end of the trace, ${hint}`,
      compare: (a, b) => weight(b) - weight(a),
      text: (row) => (weight(row) === 0 ? '' : amount(weight(row), column)),
      share: (row) => (whole === 0 ? 0 : weight(row) / whole),
    },
    {
      ...common,
      id: `rate-${kind}`,
      width: widthFor(`+${longestOf(functions.map(inPeriod), 'bytes')}`, 94),
      title: period.words,
      hint: `Of what grows steadily the median of what the intervals gained, of what grows with breaks or shrinks the mean of the later half; what grows first, ${hint}`,
      compare: (a, b) => compareGrowth(growthOf(a), growthOf(b)) || weight(b) - weight(a),
      text: (row) => (rate(row) === 0 ? '' : formatRate(rate(row), period)),
      share: (row) => (fastest === 0 ? 0 : Math.abs(rate(row)) / fastest),
      className: (row) => (rate(row) < 0 ? 'less' : 'more'),
    },
    {
      ...common,
      id: `grew-${kind}`,
      width: 64,
      title: 'grew in',
      hint: `How many intervals ended with more than they began with, ${hint}`,
      compare: (a, b) => growthOf(b).grew - growthOf(a).grew,
      text: (row) => (hasHistory(row) ? `${growthOf(row).grew} of ${growthOf(row).intervals}` : ''),
    },
  ];
}

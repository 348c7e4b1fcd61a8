import { formatAmount, formatChange } from '../../../units.ts';
import { swatchFor } from '../../diff-colour.ts';
import { exactly, inWords } from '../../diff-face.ts';
import { type Changed, changedBy, type PageChange } from './change.ts';
import type { FunctionWeights } from './functions.ts';
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

/** The columns of a differential: both sides and the change, of totals and of what functions have themselves. */
export function changeHeadings(model: Model, change: PageChange, name: Heading): Headings {
  const total = changesIn(change, 'total');
  return {
    groups: weightGroups,
    headings: [name, ...weightKinds.flatMap((each) => headingsOf(model, change, each))],
    first: 'change-total',
    colour: (row) => swatchFor(total(row).tendency).colour,
  };
}

function changesIn(change: PageChange, kind: WeightKind): (row: FunctionWeights) => Changed {
  return remembered((row: FunctionWeights) => changedBy(change, (column) => row[kind][column]!));
}

function headingsOf(
  model: Model,
  change: PageChange,
  { kind, hint }: (typeof weightKinds)[number],
): Heading[] {
  const changed = changesIn(change, kind);
  const all = changedBy(change, (column) => model.stacks.total[column]![0]!);
  const most = Math.max(all.before, all.after);
  const common = {
    isText: false,
    tooltip: (row: FunctionWeights) => inFull(changed(row), change, kind),
  };
  const side = (which: 'before' | 'after'): Heading => ({
    ...common,
    id: `${which}-${kind}`,
    title: which,
    width: widthFor(
      longestOf(
        model.functions.map((row) => changed(row)[which]),
        change.unit,
      ),
      78,
    ),
    hint: `${which}, ${hint}`,
    compare: (a, b) => changed(b)[which] - changed(a)[which],
    text: (row) =>
      changed(row)[which] === 0 ? '' : formatAmount(changed(row)[which], change.unit),
    share: (row) => (most === 0 ? 0 : changed(row)[which] / most),
  });
  return [
    side('before'),
    side('after'),
    {
      ...common,
      ...changeHeading(model, change, changed),
      id: `change-${kind}`,
      hint: `change, ${hint}`,
    },
  ];
}

/** What grew most comes first, what shrank most last. */
function changeHeading(
  { functions }: Model,
  { unit }: PageChange,
  changed: (row: FunctionWeights) => Changed,
) {
  const by = (row: FunctionWeights) => changed(row).after - changed(row).before;
  const changes = functions.map((row) => Math.abs(by(row)));
  const most = changes.reduce((most, change) => Math.max(most, change), 0);
  return {
    title: 'change',
    width: widthFor(`+${longestOf(changes, unit)}`, 90),
    compare: (a, b) => by(b) - by(a),
    text: (row) => (by(row) === 0 ? '' : formatChange(by(row), unit)),
    share: (row) => (most === 0 ? 0 : Math.abs(by(row)) / most),
    className: (row) =>
      changed(row).tendency === 'noise' ? 'noise' : by(row) < 0 ? 'less' : 'more',
  } satisfies Partial<Heading>;
}

function inFull(changed: Changed, change: PageChange, kind: WeightKind): string {
  return `${inWords(changed, changed.tendency, change.scale)}\n${exactly(kind, changed, change)}`;
}

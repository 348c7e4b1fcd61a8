import { formatAmount, formatChange } from '../../../units.ts';
import { swatchFor } from '../../diff-colour.ts';
import { exactly, inWords } from '../../diff-face.ts';
import { type Changed, changedBy, type PageChange } from './change.ts';
import type { FunctionWeights } from './functions.ts';
import type { Heading, Headings } from './heading.ts';
import type { Model } from './model.ts';

type Kind = 'total' | 'self';

const kinds: readonly { readonly kind: Kind; readonly hint: string }[] = [
  { kind: 'total', hint: 'with all that the function calls; recursion counts once' },
  { kind: 'self', hint: 'what the function allocates itself' },
];

/** The columns of a differential: both sides and the change, of totals and of what functions have themselves. */
export function changeHeadings(model: Model, change: PageChange, name: Heading): Headings {
  return {
    groups: [
      { title: '', span: 1 },
      { title: 'Total', span: 3 },
      { title: 'Self', span: 3 },
    ],
    headings: [name, ...kinds.flatMap((each) => headingsOf(model, change, each))],
    first: 'change-total',
    colour: (row) => swatchFor(changedIn(row, change, 'total').tendency).colour,
  };
}

function changedIn(row: FunctionWeights, change: PageChange, kind: Kind): Changed {
  return changedBy(change, (column) => row[kind][column]!);
}

function headingsOf(
  model: Model,
  change: PageChange,
  { kind, hint }: (typeof kinds)[number],
): Heading[] {
  const changed = (row: FunctionWeights) => changedIn(row, change, kind);
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
    hint: `${which}, ${hint}`,
    compare: (a, b) => changed(b)[which] - changed(a)[which],
    text: (row) =>
      changed(row)[which] === 0 ? '' : formatAmount(changed(row)[which], change.unit),
    share: (row) => (most === 0 ? 0 : changed(row)[which] / most),
  });
  return [side('before'), side('after'), changeHeading(model, change, { kind, hint, common })];
}

interface Common {
  readonly kind: Kind;
  readonly hint: string;
  readonly common: Pick<Heading, 'isText' | 'tooltip'>;
}

/** What grew most comes first, what shrank most last. */
function changeHeading(
  { functions }: Model,
  change: PageChange,
  { kind, hint, common }: Common,
): Heading {
  const changed = (row: FunctionWeights) => changedIn(row, change, kind);
  const by = (row: FunctionWeights) => changed(row).after - changed(row).before;
  const most = functions.reduce((most, row) => Math.max(most, Math.abs(by(row))), 0);
  return {
    ...common,
    id: `change-${kind}`,
    title: 'change',
    hint: `Change, ${hint}`,
    compare: (a, b) => by(b) - by(a),
    text: (row) => (by(row) === 0 ? '' : formatChange(by(row), change.unit)),
    share: (row) => (most === 0 ? 0 : Math.abs(by(row)) / most),
    className: (row) =>
      changed(row).tendency === 'noise' ? 'noise' : by(row) > 0 ? 'more' : 'less',
  };
}

function inFull(changed: Changed, change: PageChange, kind: Kind): string {
  return `${inWords(changed, changed.tendency, change.unit)}\n${exactly(kind, changed, change)}`;
}

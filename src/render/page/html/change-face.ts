import { formatShare } from '../../../units.ts';
import { changeAmounts } from '../../change-amounts.ts';
import { tendencyOf } from '../../diff-colour.ts';
import { exactly, inWords, noiseInWords } from '../../diff-face.ts';
import { type Changed, changedBy, type PageChange } from './change.ts';
import type { Model } from './model.ts';
import type { Visible } from './visible.ts';
import { originOf, shownName, titleOf } from './words.ts';

/** What became of a box, with all that it calls; gathered ones together. */
export function changedBox({ tree }: Model, change: PageChange, box: Visible): Changed {
  const { node, gathered } = box;
  if (gathered.length === 0) return changedBy(change, (column) => tree.total[column]![node]!);
  const weightIn = (column: number) =>
    gathered.reduce((sum, each) => sum + tree.total[column]![each]!, 0);
  const together = changedBy(change, weightIn);
  // Some of them may be noise, all together are not.
  return { ...together, tendency: tendencyOf(together.before, together.after) };
}

/** A box's label. */
export function changeLabel(model: Model, change: PageChange, box: Visible) {
  return {
    name: titleOf(model, box),
    ...changeAmounts(changedBox(model, change, box), change.scale),
  };
}

/** What is known of a box, line by line; the first is its name. */
export function changeDetails(model: Model, change: PageChange, box: Visible): string[] {
  const changed = changedBox(model, change, box);
  const origin = shownName(originOf(model.source.data, model.tree.frame[box.node]!));
  return [
    shownName(titleOf(model, box)),
    box.gathered.length > 0 ? '' : origin,
    inWords(changed, changed.tendency, change.scale),
    exactly('total', changed, change),
    selfLine(model, change, box),
    changed.tendency === 'noise' ? noiseInWords(changed.spread, change) : '',
    shareLine(model, box),
  ].filter((line) => line !== '');
}

/** What ended exactly here; nothing for a frame that only calls. */
function selfLine({ tree }: Model, change: PageChange, { node, gathered }: Visible): string {
  const self = changedBy(change, (column) => tree.self[column]![node]!);
  const isNone = self.before === 0 && self.after === 0;
  return isNone || gathered.length > 0 ? '' : exactly('self', self, change);
}

function shareLine({ tree, state, source }: Model, { weight }: Visible): string {
  const { title } = source.data.views[state.view]!.columns[state.column]!;
  const all = tree.total[state.column]![0]!;
  const of = title === 'max' ? 'the width of all' : `all ${title}`;
  return `${formatShare(weight, all)} of ${of}`;
}

import { counted, formatCount } from '../../units.ts';
import { type Change, changeAmounts } from '../change-amounts.ts';
import { diffFace } from '../diff-face.ts';
import { diffShown } from '../diff-shown.ts';
import { shownOf } from '../shown.ts';
import { shareOf } from './kind.ts';
import { start } from './start.ts';

start({
  again(source, { reverse, widths, ...look }) {
    const { profile } = shownOf(source, { reverse });
    const shown = diffShown(profile, widths!);
    return { ...shown, changes: shown.total, face: diffFace(shown, look) };
  },
  labelOf({ words, data }, { scale }) {
    const change = { before: Number(data.before), after: Number(data.after) };
    const name = words.slice(0, words.lastIndexOf(' ('));
    return { name, change, ...changeAmounts(change, scale) };
  },
  detailsIn: (tooltip) => (tooltip[1]!.startsWith('total: ') ? '' : tooltip[1]!),
  /** `4 frames, 1 more of no width: 99.30% to 99.40% of all, 6.77 MiB to 6.82 MiB, +0.05 MiB, +0.7%` */
  foundInWords({ nodes, unseen, outer }, { changeAt }, { scale }) {
    const found = sumOf(outer.map(changeAt!));
    const all = changeAt!(0);
    const more = unseen === 0 ? '' : `, ${formatCount(unseen)} more of no width`;
    const shares = `${shareOf(found.before, all.before)} to ${shareOf(found.after, all.after)}`;
    const { amount } = changeAmounts(found, scale);
    return `${counted(nodes.length, 'frame')}${more}: ${shares} of all, ${amount}`;
  },
  foundBriefly({ outer }, { changeAt }, { scale }) {
    const { amount, shortAmount } = changeAmounts(sumOf(outer.map(changeAt!)), scale);
    return shortAmount ?? amount;
  },
});

function sumOf(changes: readonly Change[]): Change {
  const sum = (side: keyof Change) => changes.reduce((total, change) => total + change[side], 0);
  return { before: sum('before'), after: sum('after') };
}

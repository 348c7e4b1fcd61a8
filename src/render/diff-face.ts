import { formatGrowth } from '../growth.ts';
import { childNodes } from '../profile/children.ts';
import { isNoise } from '../profile/differential.ts';
import type { NodeIndex } from '../profile.ts';
import { formatChange, formatChangeIn, formatCount, type Scale } from '../units.ts';
import { type Change, changeAmounts } from './change-amounts.ts';
import { fillFor, type Tendency, tendencyOf } from './diff-colour.ts';
import type { DiffShown } from './diff-shown.ts';
import { detailsOf, type Face, frameOf, nameOf } from './face.ts';
import type { Box, Tree } from './layout.ts';

export interface DiffLook {
  readonly scale: Scale;
  readonly countName: string;
}

/** How a picture of a differential shows its boxes. */
export function diffFace(shown: DiffShown, look: DiffLook): (box: Box) => Face {
  return (box) => {
    const frame = frameOf(shown.profile, box);
    const name = nameOf(box, frame);
    const change = changeOf(box, shown);
    const noise = box.gathered === 0 && isNoise(shown.total, box.node);
    const tendency = noise ? 'noise' : tendencyOf(change.before, change.after);
    return {
      name,
      ...changeAmounts(change, look.scale),
      tooltip: [
        `${name} (${inWords(change, tendency, look.scale)})`,
        ...(frame === undefined ? [] : detailsOf(frame)),
        exactly('total', change, look),
        ...selfLine(box, shown, look),
        ...(noise ? [noiseInWords(shown.total.spread?.[box.node] ?? 0, look)] : []),
      ],
      fill: fillFor(tendency),
      className: `f ${tendency}${frame === undefined ? ' other' : ''}`,
      change,
    };
  };
}

function changeOf(box: Box, { tree, total }: DiffShown): Change {
  const nodes = nodesOf(box, tree);
  return { before: sumAt(total.before, nodes), after: sumAt(total.after, nodes) };
}

/** Those that a box stands for. */
function nodesOf({ node, lighterThan }: Box, { children, total }: Tree): readonly NodeIndex[] {
  if (lighterThan === undefined) return [node];
  return [...childNodes(children, node)].filter(
    (child) => total[child]! > 0 && total[child]! < lighterThan,
  );
}

function sumAt(weights: Float64Array, nodes: readonly NodeIndex[]): number {
  return nodes.reduce((sum, node) => sum + weights[node]!, 0);
}

/** `+1.2 MiB, +15.0%`; `new, +2.0 MiB` */
export function inWords({ before, after }: Change, tendency: Tendency, scale: Scale): string {
  if (before === after) return 'no change';
  const words = `${formatChangeIn(before, after, scale)}, ${formatGrowth(before, after)}`;
  return tendency === 'noise' ? `${words}, noise` : words;
}

/** `total: 8,388,608 bytes before, 9,646,899 after, change +1,258,291` */
export function exactly(
  what: string,
  { before, after }: Change,
  { countName }: Pick<DiffLook, 'countName'>,
): string {
  const change = formatChange(after - before, 'count');
  return `${what}: ${formatCount(before)} ${countName} before, ${formatCount(after)} after, change ${change}`;
}

/** What ended exactly here; nothing for a frame that only calls. */
function selfLine({ node, gathered }: Box, { self }: DiffShown, look: DiffLook): string[] {
  const change = { before: self.before[node]!, after: self.after[node]! };
  if (gathered > 0 || (change.before === 0 && change.after === 0)) return [];
  return [exactly('self', change, look)];
}

/** Why a change is noise, where the runs of the sides differ by `spread` among themselves. */
export function noiseInWords(spread: number, { countName }: Pick<DiffLook, 'countName'>): string {
  if (spread === 0) return 'noise: below the threshold';
  return `noise: the runs of a side differ by ${formatCount(spread)} ${countName}`;
}

import { formatGrowth } from '../growth.ts';
import { type Children, childNodes } from '../profile/children.ts';
import { type Changes, isNoise } from '../profile/differential.ts';
import type { NodeIndex, Profile } from '../profile.ts';
import type { Unit } from '../units.ts';
import { formatChange, formatCount, type Scale } from '../units.ts';
import { type Change, changeAmounts } from './change-amounts.ts';
import { fillFor, type Tendency, tendencyOf } from './diff-colour.ts';
import { detailsOf, type Face, frameOf, nameOf } from './face.ts';
import type { Box } from './layout.ts';

export interface DiffLook {
  readonly total: Changes;
  readonly self: Changes;
  readonly children: Children;
  /** By which the boxes are laid out: with all that is below. */
  readonly widths: Float64Array;
  /** A child of less has no box of its own. */
  readonly smallest: number;
  readonly unit: Unit;
  readonly scale: Scale;
  readonly countName: string;
}

/** How a picture of a differential shows its boxes. */
export function diffFace(profile: Profile, look: DiffLook): (box: Box) => Face {
  return (box) => {
    const frame = frameOf(profile, box);
    const name = nameOf(box, frame);
    const change = changeOf(box, look);
    const noise = box.gathered === 0 && isNoise(look.total, box.node);
    const tendency = noise ? 'noise' : tendencyOf(change.before, change.after);
    return {
      name,
      ...changeAmounts(change, look.scale),
      tooltip: [
        `${name} (${inWords(change, tendency, look.unit)})`,
        ...(frame === undefined ? [] : detailsOf(frame)),
        exactly('total', change, look),
        ...selfLine(box, look),
        ...(noise ? [noiseLine(box.node, look)] : []),
      ],
      fill: fillFor(tendency),
      className: `f ${tendency}${frame === undefined ? ' other' : ''}`,
      change,
    };
  };
}

function changeOf({ node, gathered }: Box, look: DiffLook): Change {
  const nodes = gathered === 0 ? [node] : narrowChildren(node, look);
  return { before: sumAt(look.total.before, nodes), after: sumAt(look.total.after, nodes) };
}

/** Those that a gathered box stands for. */
function narrowChildren(parent: NodeIndex, { children, widths, smallest }: DiffLook): NodeIndex[] {
  return [...childNodes(children, parent)].filter((child) => widths[child]! < smallest);
}

function sumAt(weights: Float64Array, nodes: readonly NodeIndex[]): number {
  return nodes.reduce((sum, node) => sum + weights[node]!, 0);
}

/** `+1.2 MiB, +15.0%`; `new, +2.0 MiB` */
export function inWords({ before, after }: Change, tendency: Tendency, unit: Unit): string {
  if (before === after) return 'no change';
  const change = formatChange(after - before, unit);
  const words = `${change}, ${formatGrowth(before, after)}`;
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
function selfLine({ node, gathered }: Box, look: DiffLook): string[] {
  const change = { before: look.self.before[node]!, after: look.self.after[node]! };
  if (gathered > 0 || (change.before === 0 && change.after === 0)) return [];
  return [exactly('self', change, look)];
}

function noiseLine(node: NodeIndex, { total, countName }: DiffLook): string {
  const spread = total.spread?.[node] ?? 0;
  if (spread === 0) return 'noise: below the threshold';
  return `noise: the runs of a side differ by ${formatCount(spread)} ${countName}`;
}

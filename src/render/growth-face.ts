import {
  fewestIntervals,
  type Growth,
  steadinessWords,
  totalGrowth,
} from '../profile/steadiness.ts';
import type { Profile } from '../profile.ts';
import { formatBytes, formatChange, formatRate, type RatePeriod, ratePeriodOf } from '../units.ts';
import { type Face, frameOf } from './face.ts';
import { growthSwatch } from './growth-swatches.ts';
import type { Box } from './layout.ts';
import { fillOf } from './swatch.ts';

/** There are enough snapshots to tell what grows. */
export function hasGrowth({ meta }: Pick<Profile, 'meta'>): boolean {
  return (meta.snapshots?.length ?? 0) >= fewestIntervals - 1;
}

/** The faces of a flame graph, coloured by how steadily each frame's total grew; amounts are multiplied with `factor`. */
export function growthFace(
  profile: Profile,
  flame: (box: Box) => Face,
  factor: number,
): (box: Box) => Face {
  const growthAt = totalGrowth(profile);
  const period = ratePeriodOf(profile.meta.durationMs);
  return (box) => {
    const face = flame(box);
    if (box.gathered > 0) return face;
    const growth = growthAt(box.node);
    return {
      ...face,
      amount: `${face.amount}, ${growthBriefly(growth, period, factor)}`,
      shortAmount: face.amount,
      fill: fillOf(growthSwatch(growth.steadiness)),
      className: `f ${growth.steadiness}${frameOf(profile, box) === undefined ? ' other' : ''}`,
      tooltip: [...face.tooltip, growthInWords(growth, period, factor)],
    };
  };
}

/** `grows steadily: +1.2 MiB a minute, grew in 20 of 20 intervals` */
export function growthInWords(growth: Growth, period: RatePeriod, factor = 1): string {
  const { grew, intervals, steadiness } = growth;
  return `${steadinessWords[steadiness]}: ${howMuch(growth, period, factor)}, grew in ${grew} of ${intervals} intervals`;
}

/** `+1.2 MiB a minute`, and `levels off` of what has no rate. */
export function growthBriefly(
  { perSecond, steadiness }: Growth,
  period: RatePeriod,
  factor = 1,
): string {
  return perSecond === undefined
    ? steadinessWords[steadiness]
    : rateInWords(perSecond * factor, period);
}

function rateInWords(perSecond: number, period: RatePeriod): string {
  return `${formatRate(perSecond, period)} ${period.words}`;
}

/** What has no rate still has a later half. */
function howMuch(
  { perSecond, steadiness, late }: Growth,
  period: RatePeriod,
  factor: number,
): string {
  if (perSecond !== undefined) return rateInWords(perSecond * factor, period);
  const bytes = (amount: number) => formatBytes(Math.round(amount * factor));
  if (steadiness === 'fluctuating')
    return `${bytes(late.least)} to ${bytes(late.most)} since half-time`;
  if (late.gain === 0) return 'as much as at half-time';
  return `${formatChange(Math.round(late.gain * factor), 'bytes')} since half-time`;
}

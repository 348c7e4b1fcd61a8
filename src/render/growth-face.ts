import {
  fewestIntervals,
  type Growth,
  steadinessWords,
  totalGrowth,
} from '../profile/steadiness.ts';
import type { Profile } from '../profile.ts';
import { formatMinuteRate } from '../units.ts';
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
  return (box) => {
    const face = flame(box);
    if (box.gathered > 0) return face;
    const growth = growthAt(box.node);
    return {
      ...face,
      fill: fillOf(growthSwatch(growth.steadiness)),
      className: `f ${growth.steadiness}${frameOf(profile, box) === undefined ? ' other' : ''}`,
      tooltip: [...face.tooltip, growthInWords(growth, factor)],
    };
  };
}

/** `grows steadily: +1.2 MiB a minute, grew in 20 of 20 intervals` */
export function growthInWords(
  { perSecond, grew, intervals, steadiness }: Growth,
  factor = 1,
): string {
  const rate = formatMinuteRate(perSecond * factor);
  return `${steadinessWords[steadiness]}: ${rate} a minute, grew in ${grew} of ${intervals} intervals`;
}

import { formatGrowth } from '../growth.ts';
import { formatChangeIn, formatIn, type Scale } from '../units.ts';

/** A weight before and after. */
export interface Change {
  readonly before: number;
  readonly after: number;
}

/** `8.00 MiB to 9.20 MiB, +1.20 MiB, +15.0%`, and the change alone; what did not change has no more than its weight. */
export function changeAmounts(
  { before, after }: Change,
  scale: Scale,
): { amount: string; shortAmount?: string } {
  if (before === after) return { amount: formatIn(before, scale) };
  const shortAmount = formatChangeIn(before, after, scale);
  const growth = formatGrowth(before, after);
  const ends = `${formatIn(before, scale)} to ${formatIn(after, scale)}`;
  return { amount: `${ends}, ${shortAmount}, ${growth}`, shortAmount };
}

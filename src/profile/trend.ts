/** How amounts went on, from the first reading to the last. */
export type Trend = 'rose' | 'fell' | 'swung' | 'stayed';

/** Below this share of the largest amount a change is none. */
const notable = 0.1;
/** Fewer readings have no two parts whose lowest can be compared. */
const fewestToSplit = 4;

/**
 * How the later half went on: what fills up does so early. What came and went has risen or fallen only if its troughs,
 * or its peaks, have, too.
 */
export function trendOf(amounts: readonly number[]): Trend {
  const late = laterHalf(amounts);
  const least = notable * Math.max(...amounts);
  const gain = gainIn(late);
  if (gain > least && hasRisen(amounts, late, least)) return 'rose';
  if (gain < -least && hasRisen(amounts.slice(1).map(negative), late.map(negative), least))
    return 'fell';
  return Math.max(...late) - Math.min(...late) > least ? 'swung' : 'stayed';
}

/** From what lies in the middle on. */
export function laterHalf(values: readonly number[]): readonly number[] {
  return values.slice(values.length >> 1);
}

/** What the last one has more than the first. */
export function gainIn(values: readonly number[]): number {
  return values.at(-1)! - values[0]!;
}

/** What each has more than the one before it. */
export function changesIn(values: readonly number[]): number[] {
  return values.slice(1).map((value, index) => value - values[index]!);
}

/** Of amounts that are more at the end of their later half: whether they will not be less again soon. */
function hasRisen(amounts: readonly number[], late: readonly number[], least: number): boolean {
  if (changesIn(amounts).every((change) => change >= 0)) return true;
  const changes = changesIn(late);
  const gains = changes.filter((change) => change > 0);
  const lost = changes.reduce((sum, change) => sum - Math.min(0, change), 0);
  if (gains.length > 1 && lost <= gainIn(late) / 2) return true;
  if (late.length < fewestToSplit) return false;
  const [first, second] = [late.slice(0, late.length >> 1), laterHalf(late)];
  return Math.min(...second) - Math.min(...first) > least / 2;
}

function negative(value: number): number {
  return -value;
}

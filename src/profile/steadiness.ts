import { type Column, columnNamed, type NodeIndex, type Profile, totals } from '../profile.ts';
import type { Metadata } from './metadata.ts';
import { changesIn, gainIn, laterHalf, type Trend, trendOf } from './trend.ts';

/**
 * How what is unfreed or mapped went on while it was traced. A cache that fills up levels off, buffers come and go; a leak
 * grows steadily.
 */
const steadinesses = ['steady', 'growing', 'level', 'fluctuating', 'shrinking'] as const;
export type Steadiness = (typeof steadinesses)[number];

export const steadinessWords = {
  steady: 'grows steadily',
  growing: 'grows, with breaks',
  level: 'levels off',
  fluctuating: 'comes and goes',
  shrinking: 'shrinks',
} as const satisfies Record<Steadiness, string>;

export interface Growth {
  /**
   * In the column's unit. Of what grows steadily the median of all intervals: neither one burst nor one pause changes it.
   * Of what grows with breaks or shrinks the mean of the later half, which that is told from. Nothing else has a rate.
   */
  readonly perSecond?: number;
  readonly late: LaterHalf;
  /** How many intervals ended with more than they began with. */
  readonly grew: number;
  readonly intervals: number;
  readonly steadiness: Steadiness;
}

/** What is to be known of the later half, in the column's unit. */
export interface LaterHalf {
  readonly gain: number;
  readonly least: number;
  readonly most: number;
}

/** Fewer intervals tell nothing. */
export const fewestIntervals = 3;

/** The columns of snapshots, which follow the profile's own: of bytes, as the first of these is, and named after it. */
export function snapshotColumns(
  first: Pick<Column, 'name' | 'unit'>,
  snapshots: readonly number[] = [],
): Pick<Column, 'name' | 'unit'>[] {
  return snapshots.map((_, index) => ({ ...first, name: snapshotColumn(first.name, index) }));
}

function snapshotColumn(first: string, index: number): string {
  return `${first}_${index + 1}`;
}

/** Of every node with all that is below it. Throws a RangeError for a profile without its snapshots' columns. */
export function totalGrowth(profile: Profile): (node: NodeIndex) => Growth {
  return growthBy(profile, (name) => totals(profile, columnNamed(profile, name)));
}

/** Of what ended exactly at a node. Throws a RangeError for a profile without its snapshots' columns. */
export function selfGrowth(profile: Profile): (node: NodeIndex) => Growth {
  return growthBy(profile, (name) => columnNamed(profile, name).self);
}

function growthBy(
  profile: Profile,
  weights: (column: string) => Float64Array,
): (node: NodeIndex) => Growth {
  const { used, seconds } = readingsOf(profile.meta);
  const { name } = profile.columns[0]!;
  const readings = used.map((index) => weights(snapshotColumn(name, index)));
  const last = weights(name);
  return (node) => {
    const amounts = [0, ...readings.map((reading) => reading[node]!), last[node]!];
    return growthOf(amounts, seconds);
  };
}

interface Readings {
  /** Indexes of snapshots. */
  readonly used: readonly number[];
  /** When nothing was there yet, then of each of them, and the end. */
  readonly seconds: readonly number[];
}

/** What growth is reckoned from. */
export function readingsOf({ snapshots = [], durationMs = 0 }: Metadata): Readings {
  const used = usedSnapshots(snapshots, durationMs);
  const times = [0, ...used.map((index) => snapshots[index]!), durationMs];
  return { used, seconds: times.map((ms) => ms / 1000) };
}

/** Their indexes, without those that would make an interval of nothing, or of next to nothing at the very end. */
function usedSnapshots(snapshots: readonly number[], durationMs: number): number[] {
  const usual = snapshots[0] ?? 0;
  return Array.from(snapshots.keys()).filter((index) => {
    const ms = snapshots[index]!;
    return ms > (snapshots[index - 1] ?? 0) && durationMs > ms && durationMs - ms >= usual / 2;
  });
}

/** What grows comes first, the fastest before the others; then what has no rate; then what shrinks. */
export function compareGrowth(a: Growth, b: Growth): number {
  return rank(a) - rank(b) || (b.perSecond ?? 0) - (a.perSecond ?? 0);
}

function rank({ steadiness }: Growth): number {
  return steadiness === 'steady' || steadiness === 'growing' ? 0 : 1;
}

/** @param amounts at each of `seconds`, of which there are at least two, ascending; the first is 0 */
export function growthOf(amounts: readonly number[], seconds: readonly number[]): Growth {
  const changes = changesIn(amounts);
  const steadiness = steadinessOf(amounts, changes);
  const late = laterHalf(amounts);
  return {
    ...rateOf(steadiness, { amounts, seconds, changes }),
    late: { gain: gainIn(late), least: Math.min(...late), most: Math.max(...late) },
    grew: changes.filter((change) => change > 0).length,
    intervals: changes.length,
    steadiness,
  };
}

interface History {
  readonly amounts: readonly number[];
  readonly seconds: readonly number[];
  readonly changes: readonly number[];
}

function rateOf(
  steadiness: Steadiness,
  { amounts, seconds, changes }: History,
): Pick<Growth, 'perSecond'> {
  if (steadiness === 'level' || steadiness === 'fluctuating') return {};
  if (steadiness !== 'steady')
    return { perSecond: gainIn(laterHalf(amounts)) / gainIn(laterHalf(seconds)) };
  const lengths = changesIn(seconds);
  return { perSecond: median(changes.map((change, index) => change / lengths[index]!)) };
}

const ofTrend: Readonly<Record<Trend, Steadiness>> = {
  rose: 'growing',
  fell: 'shrinking',
  swung: 'fluctuating',
  stayed: 'level',
};

function steadinessOf(amounts: readonly number[], changes: readonly number[]): Steadiness {
  const grew = changes.filter((change) => change > 0).length;
  const isSteady = grew >= 0.9 * changes.length && changes.every((change) => change >= 0);
  return isSteady ? 'steady' : ofTrend[trendOf(amounts)];
}

/** The lower of the two in the middle of an even number: what is not sure to grow does not. */
function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[(values.length - 1) >> 1]!;
}

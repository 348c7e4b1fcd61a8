import type { Metadata } from '../profile/metadata.ts';
import {
  compareGrowth,
  fewestIntervals,
  type Growth,
  readingsOf,
  selfGrowth,
  steadinessWords,
} from '../profile/steadiness.ts';
import type { NodeIndex, Profile } from '../profile.ts';
import type { Unit } from '../units.ts';
import { counted, formatAmount, formatRate, type RatePeriod, ratePeriodOf } from '../units.ts';
import { stackLines, type TableOptions, tableLines } from './table.ts';

interface Row {
  readonly node: NodeIndex;
  readonly bytes: number;
  readonly growth: Growth;
}

/**
 * The stacks whose unfreed or mapped memory grows, the fastest steady growth first, then all others by size.
 * With too few snapshots to tell, the table of a trace without.
 */
export function growthTableLines(profile: Profile, options: TableOptions): string[] {
  const rows = sortedRows(profile);
  const [title = ''] = tableLines(profile, { ...options, top: 1 });
  const intervals = intervalsOf(profile.meta);
  if (rows.length === 0) return tableLines(profile, options);
  if (intervals < fewestIntervals) return [...tableLines(profile, options), tooFewLine(intervals)];
  const shown = rows.slice(0, options.top);
  const period = ratePeriodOf(profile.meta.durationMs);
  return [
    `${title}, in ${counted(intervals, 'interval')}`,
    '',
    columns(['#', 'bytes', period.words, 'grew in', '']),
    ...shown.flatMap((row, index) => [
      rowLine(row, index + 1, period),
      ...stackLines(profile, row.node, options.width),
      '',
    ]),
    ...notShown(rows, options.top),
  ];
}

/** What somebody should know who sees no growth in a picture or page of a trace with `--interval`. */
export function tooFewIntervals(meta: Metadata): string[] {
  const intervals = intervalsOf(meta);
  return meta.snapshots === undefined || intervals >= fewestIntervals
    ? []
    : [tooFewLine(intervals)];
}

function intervalsOf(meta: Metadata): number {
  return readingsOf(meta).seconds.length - 1;
}

function tooFewLine(intervals: number): string {
  return `growth: ${counted(intervals, 'interval')} cannot tell it: trace longer, or with a shorter --interval`;
}

function sortedRows(profile: Profile): Row[] {
  const growthAt = selfGrowth(profile);
  const bytes = profile.columns[0]!.self;
  const rows: Row[] = [];
  for (let node = 0; node < profile.parent.length; node++)
    if (bytes[node]! > 0) rows.push({ node, bytes: bytes[node]!, growth: growthAt(node) });
  return rows.sort(
    (a, b) => compareGrowth(a.growth, b.growth) || b.bytes - a.bytes || a.node - b.node,
  );
}

function rowLine({ bytes, growth }: Row, rank: number, period: RatePeriod): string {
  return columns([
    String(rank),
    formatAmount(bytes, unit),
    growth.perSecond === undefined ? '-' : formatRate(growth.perSecond, period),
    `${growth.grew} of ${growth.intervals}`,
    steadinessWords[growth.steadiness],
  ]);
}

const unit: Unit = 'bytes';

const columnWidths = [4, 14, 14, 12];

function columns(cells: readonly string[]): string {
  const numbers = cells.slice(0, -1).map((cell, index) => cell.padStart(columnWidths[index]!));
  return `${numbers.join('')}   ${cells.at(-1)}`.trimEnd();
}

function notShown(rows: readonly Row[], top: number): string[] {
  const rest = rows.slice(top);
  if (rest.length === 0) return [];
  const bytes = rest.reduce((sum, row) => sum + row.bytes, 0);
  return [
    `not shown: ${counted(rest.length, 'stack')} with ${formatAmount(bytes, unit)}; -T ${rows.length} shows all`,
  ];
}

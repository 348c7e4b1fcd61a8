import { formatGrowth } from '../growth.ts';
import { type Side, sides } from '../profile/differential.ts';
import type { Differential, DifferentialRun, Metadata } from '../profile/metadata.ts';
import { type Profile, sumOf } from '../profile.ts';
import type { Scale, Unit } from '../units.ts';
import { formatAmount, formatChangeIn, formatExactly, formatIn, scaleFor } from '../units.ts';
import { defaultSubtitle, defaultTitle, lossLines, noteLines } from './header.ts';
import type { HeaderTexts } from './text.ts';

/** Sums of both sides, as they are drawn. */
export interface Totals {
  readonly before: number;
  readonly after: number;
  readonly unit: Unit;
  readonly scale: Scale;
  readonly countName: string;
}

/** Both totals of a differential, and how they are counted and shown. */
export function totalsOf(
  { columns, meta }: Pick<Profile, 'columns' | 'meta'>,
  { countName }: { readonly countName?: string | undefined },
): Totals {
  const [before, after] = columns;
  const { unit } = before!;
  // Calls are of captures, which have a view.
  const counted = unit === 'count' && meta.view === undefined ? 'samples' : 'calls';
  const sums = { before: sumOf(before!), after: sumOf(after!) };
  return {
    ...sums,
    unit,
    scale: scaleFor(Math.max(sums.before, sums.after), unit),
    countName: countName ?? (unit === 'count' ? counted : unit),
  };
}

/** What is compared, in words: the title, a line for each side, how they were normalised, and both totals. */
export function diffHeader(meta: Metadata, totals: Totals): HeaderTexts {
  const differential = meta.differential!;
  const sideLines = sides.flatMap((side) =>
    differential[side].flatMap((run) => [
      runLine(side, run, { differential, totals }),
      ...noteLines(run.meta).map((line) => `${side}: ${line}`),
    ]),
  );
  const empty = totals.before === 0 && totals.after === 0 ? ['nothing was recorded'] : [];
  return {
    title:
      meta.view === undefined ? 'Differential flame graph' : `${defaultTitle(meta)}: what changed`,
    notes: [...sideLines, ...howLines(differential, totals), ...noteLines(meta)],
    warnings: [...sides.flatMap((side) => differential[side].flatMap(runLosses(side))), ...empty],
    total: totalLine(totals),
  };
}

/** `before: old.capture, 9.0 MiB: server (pid 12) on web1 · 2026-11-21 06:14:00 UTC · for 5.0 s` */
function runLine(
  side: Side,
  { name, total, factor, meta }: DifferentialRun,
  { differential, totals }: { differential: Differential; totals: Totals },
): string {
  const { view: _, ...run } = meta;
  const scaled =
    differential.normalized === 'none' ? '' : ` times ${Number(factor.toPrecision(4))}`;
  const about = defaultSubtitle(run);
  const amount = formatIn(total, totals.scale);
  return `${side}: ${name}, ${amount}${scaled}${about === '' ? '' : `: ${about}`}`;
}

const normalizedWords = {
  none: [],
  before: ['normalised: every run is scaled to the total before'],
  after: ['normalised: every run is scaled to the total after'],
  duration: ['normalised: every run is scaled to the duration after'],
} as const;

function howLines(differential: Differential, { unit }: Totals): string[] {
  const { normalized, threshold } = differential;
  const isRepeated = sides.some((side) => differential[side].length > 1);
  const noise = [
    ...(threshold > 0 ? [`below ${formatAmount(threshold, unit)}`] : []),
    ...(isRepeated ? ['no larger than what the runs of a side differ by'] : []),
  ];
  return [
    ...normalizedWords[normalized],
    ...(noise.length === 0 ? [] : [`noise: changes ${noise.join(', or ')}`]),
  ];
}

function runLosses(side: Side): (run: DifferentialRun) => string[] {
  return ({ name, meta }) => lossLines(meta).map((line) => `${side}: ${name}: ${line}`);
}

/** `total: 9.0 MiB (9,437,184 bytes) before, 11.0 MiB (11,534,336 bytes) after: +2.0 MiB, +22.2%` */
function totalLine({ before, after, scale, countName }: Totals): string {
  const amount = (total: number) => formatExactly(total, scale, countName);
  const change =
    before === after
      ? 'no change'
      : `${formatChangeIn(before, after, scale)}, ${formatGrowth(before, after)}`;
  return `total: ${amount(before)} before, ${amount(after)} after: ${change}`;
}

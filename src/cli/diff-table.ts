import { formatGrowth, signOf } from '../growth.ts';
import {
  type ChangedGroup,
  type ChangedStack,
  type ChangedStacks,
  changedStacks,
} from '../profile/changed-stacks.ts';
import { type Side, sides } from '../profile/differential.ts';
import type { Differential, DifferentialRun } from '../profile/metadata.ts';
import { columnNamed, type Profile, sumOf } from '../profile.ts';
import type { Unit } from '../units.ts';
import {
  counted,
  formatAmount,
  formatChange,
  formatChangeIn,
  formatIn,
  scaleFor,
} from '../units.ts';
import { stackLines, type TableOptions } from './table.ts';
import { printable } from './terminal.ts';
import { viewWords } from './view-words.ts';

type Options = Pick<TableOptions, 'top' | 'width'>;

/**
 * What changed from before to after, for a person to read: both totals, then the stacks that grew
 * and those that shrank, the largest changes first.
 */
export function diffTableLines(profile: Profile, options: Options): string[] {
  const { unit } = profile.columns[0]!;
  const { grown, shrunk, noise, largest } = changedStacks(profile);
  const context = { profile, options, largest };
  return [
    ...totalLines(profile),
    ...section('grown', grown, context),
    ...section('shrunk', shrunk, context),
    ...(grown.nodes.length + shrunk.nodes.length === 0 ? ['', 'no stack changed'] : []),
    ...noiseLines(noise, unit),
  ];
}

/** `not freed: 9.0 MiB before, 11.0 MiB after: +2.0 MiB (+22.2%)`, and what the two sides are. */
export function totalLines(profile: Profile): string[] {
  const { unit } = profile.columns[0]!;
  const { differential, view } = profile.meta;
  const [before, after] = sides.map((side) => sumOf(columnNamed(profile, side)));
  const what = view === undefined ? '' : `${viewWords[view]}: `;
  const scale = scaleFor(Math.max(before!, after!), unit);
  const amounts = `${formatIn(before!, scale)} before, ${formatIn(after!, scale)} after`;
  const growth = before === after ? 'no change' : changeBetween(before!, after!, unit);
  const share = before === after ? '' : ` (${formatGrowth(before!, after!)})`;
  return [
    `${what}${amounts}: ${growth}${share}`,
    ...sides.flatMap((side) => sideLines(side, differential!, unit)),
    ...(differential!.normalized === 'none' ? [] : [normalizedWords[differential!.normalized]]),
  ];
}

const normalizedWords = {
  before: 'normalised: every run is scaled to the total before',
  after: 'normalised: every run is scaled to the total after',
  duration: 'normalised: every run is scaled to the duration after',
} as const;

function sideLines(side: Side, { [side]: runs, normalized }: Differential, unit: Unit): string[] {
  const scaled = ({ total, factor }: DifferentialRun) =>
    normalized === 'none'
      ? ''
      : `, ${formatAmount(total, unit)} times ${Number(factor.toPrecision(4))}`;
  return runs.map((run) => {
    const { targets, durationMs } = run.meta;
    const what = targets === undefined ? '' : ` of ${targets.join(', ')}`;
    const time = durationMs === undefined ? '' : ` in ${(durationMs / 1000).toFixed(1)} s`;
    return printable(`${side.padEnd(7)}${run.name}${what}${time}${scaled(run)}`);
  });
}

interface Context extends Pick<ChangedStacks, 'largest'> {
  readonly profile: Profile;
  readonly options: Options;
}

function section(
  word: 'grown' | 'shrunk',
  group: ChangedGroup,
  { profile, options, largest }: Context,
): string[] {
  const count = group.nodes.length;
  if (count === 0) return [];
  const { unit } = profile.columns[0]!;
  const shown = largest(group, options.top);
  const change = group.gain + group.loss;
  const rest = { stacks: count, shown: shown.length, change: change - sum(shown) };
  return [
    '',
    `${word}: ${formatChange(change, unit)} in ${counted(count, 'stack')}${ofThese(word, group)}`,
    '',
    columns(['#', 'before', 'after', 'change', '']),
    ...shown.flatMap((stack, index) => [
      rowLine(stack, index + 1, unit),
      ...stackLines(profile, stack.node, options.width),
      '',
    ]),
    ...notShown(rest, unit),
  ].slice(0, count > options.top ? undefined : -1);
}

function ofThese(word: 'grown' | 'shrunk', { ends }: ChangedGroup): string {
  if (ends === 0) return '';
  return word === 'grown' ? `, ${ends} of them new` : `, ${ends} of them vanished`;
}

/** In the unit of the amounts what lies between those shown; a much smaller change in its own, which tells more. */
function changeBetween(before: number, after: number, unit: Unit): string {
  const scale = scaleFor(Math.max(before, after), unit);
  const own = scaleFor(Math.abs(after - before), unit);
  if (own.unit === scale.unit) return formatChangeIn(before, after, scale);
  return signOf(after - before) + formatIn(Math.abs(after - before), own);
}

function rowLine({ before, after }: ChangedStack, rank: number, unit: Unit): string {
  const scale = scaleFor(Math.max(before, after), unit);
  return columns([
    String(rank),
    before === 0 ? '-' : formatIn(before, scale),
    after === 0 ? '-' : formatIn(after, scale),
    changeBetween(before, after, unit),
    formatGrowth(before, after),
  ]);
}

const columnWidths = [4, 14, 14, 15, 11];

function columns(cells: readonly string[]): string {
  return cells
    .map((cell, index) => ` ${cell}`.padStart(columnWidths[index]!))
    .join('')
    .trimEnd();
}

interface Rest {
  readonly stacks: number;
  readonly shown: number;
  /** Of those that are not shown. */
  readonly change: number;
}

function notShown({ stacks, shown, change }: Rest, unit: Unit): string[] {
  if (stacks === shown) return [];
  const rest = counted(stacks - shown, 'stack');
  return [`not shown: ${rest} with ${formatChange(change, unit)}; -T ${stacks} shows all`];
}

function noiseLines({ nodes, gain, loss }: ChangedGroup, unit: Unit): string[] {
  if (nodes.length === 0) return [];
  const amounts = [gain, loss].filter((amount) => amount !== 0);
  const words = amounts.map((amount) => formatChange(amount, unit)).join(' and ');
  return ['', `noise: ${words} in ${counted(nodes.length, 'stack')}`];
}

function sum(stacks: readonly ChangedStack[]): number {
  return stacks.reduce((total, { change }) => total + change, 0);
}

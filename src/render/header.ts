import type { Omission } from '../omission.ts';
import type { Metadata } from '../profile/metadata.ts';
import { residencyNotes } from '../profile/residency.ts';
import { qualityLines } from '../profile/stack-quality.ts';
import type { Column, Profile } from '../profile.ts';
import { counted, formatBytes, formatDuration, formatExactly, type Scale } from '../units.ts';
import type { Layout } from './layout.ts';

const titles = {
  all: 'All allocations',
  unfreed: 'Memory not freed',
  mmap: 'All mappings',
  mapped: 'Mappings not unmapped',
  all_and_mmap: 'All allocations and mappings',
  unfreed_and_mapped: 'Memory not freed, and mappings not unmapped',
  resident: 'Resident pages',
} as const;

const viewsInWords = {
  all: 'every allocation made while tracing',
  unfreed: 'allocated while tracing and not freed when it ended',
  mmap: 'all address space mapped by mmap, mremap and brk while tracing',
  mapped: 'mapped by mmap, mremap and brk while tracing and not unmapped when it ended',
  all_and_mmap: 'every allocation made while tracing; under [mmap] what was mapped besides',
  unfreed_and_mapped:
    'allocated while tracing and not freed when it ended; under [mmap] what was mapped besides and not unmapped',
  resident: 'pages faulted in while tracing and still resident when it ended',
} as const;

interface Measured {
  /** The one that all amounts of the picture are in. */
  readonly scale: Scale;
  readonly countName: string;
  /** What shown numbers are multiplied with; 1 unless given. */
  readonly factor?: number;
}

interface Drawn extends Measured {
  readonly column: Pick<Column, 'unit'>;
  readonly layout: Pick<Layout, 'hidden'>;
}

interface Totalled extends Measured {
  readonly column: Column;
  readonly layout: Pick<Layout, 'total'>;
}

const mostTargets = 5;
const separator = ' \u00b7 ';

/** The heading of a picture that was given none. */
export function defaultTitle(meta: Metadata, inverted = false): string {
  if (meta.view !== undefined) return titles[meta.view];
  return inverted ? 'Icicle Graph' : 'Flame Graph';
}

/** One line that says what this is; only what the metadata has. */
export function defaultSubtitle(meta: Metadata): string {
  const parts = [
    meta.view && viewsInWords[meta.view],
    whatAndWhere(meta),
    meta.start && inUtc(meta.start),
    meta.durationMs !== undefined && `for ${formatDuration(meta.durationMs)}`,
    meta.estimated && `estimated: ${meta.estimated}`,
    madeWith(meta),
  ];
  return parts.filter((part) => part).join(separator);
}

/** The name of the column's unit in tooltips and totals. */
export function defaultCountName(column: Column): string {
  return column.unit === 'count' ? 'calls' : column.unit;
}

/** "total: 35.8 MiB (37,580,963 bytes) in 12,345 calls" */
export function totalLine(profile: Profile, drawn: Totalled): string {
  const { column, layout, scale, countName, factor = 1 } = drawn;
  const total = formatExactly(Math.round(layout.total * factor), scale, countName);
  const calls = profile.columns.find((other) => other !== column && isCallsOf(other, column));
  if (column.unit !== 'bytes' || calls === undefined) return `total: ${total}`;
  return `total: ${total} in ${counted(sum(calls.self), 'call')}`;
}

/** What was left out on purpose, remarks, how resident memory adds up, and how good the stacks are. */
export function noteLines(meta: Metadata): string[] {
  const { filters = [], filtered = [], notes = [], residency = [], stacks } = meta;
  const lines = notes.map((note) => `note: ${note}`);
  if (filters.length > 0) lines.unshift(`only: ${filters.join(', ')}`);
  if (filtered.length > 0) lines.push(`left out: ${filtered.map(inWords).join('; ')}`);
  return [...lines, ...residency.flatMap(residencyNotes), ...qualityLines(stacks)];
}

/** What the numbers should contain and do not; empty when nothing was lost. */
export function lossLines({ lost = [] }: Metadata): string[] {
  return lost.length === 0 ? [] : [`lost: ${lost.map(inWords).join('; ')}`];
}

/** Frames that have no box of any kind; empty when all have one. */
export function hiddenLines(drawn: Drawn, minWidth: number): string[] {
  const { column, layout, scale, countName, factor = 1 } = drawn;
  const { hidden } = layout;
  if (hidden.frames === 0) return [];
  const weight = Math.round(hidden.weight * factor);
  const amount =
    column.unit === 'pages' ? counted(weight, 'page') : formatExactly(weight, scale, countName);
  const frames = counted(hidden.frames, 'frame');
  const [they, below] =
    hidden.frames === 1 ? ['it calls', 'frame below it'] : ['they call', 'frames below them'];
  return [
    `${frames} narrower than ${minWidth} px, and what ${they}, not drawn: ${amount}, part of the ${below}`,
  ];
}

function whatAndWhere({ targets = [], host }: Metadata): string {
  const more = targets.length - mostTargets;
  const shown = targets.slice(0, mostTargets).join(', ');
  const what = more > 0 ? `${shown} and ${more} more` : shown;
  return host === undefined ? what : `${what} on ${host}`.trimStart();
}

function madeWith({ tool, kernel }: Metadata): string {
  return [tool, kernel && `Linux ${kernel}`].filter((part) => part).join(', ');
}

/** `2026-11-21T06:14:00.123Z` -> `2026-11-21 06:14:00 UTC` */
function inUtc(iso: string): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?Z$/.exec(iso);
  return match === null ? iso : `${match[1]} ${match[2]} UTC`;
}

/** `12 calls, 4.0 KiB (live table full)` */
function inWords({ reason, calls, bytes, noun = 'call' }: Omission): string {
  const size = bytes === undefined ? '' : `, ${formatBytes(bytes)}`;
  return `${counted(calls, noun)}${size} (${reason.replaceAll('_', ' ')})`;
}

/** pprof's pairs: `inuse_space` and `inuse_objects`. */
function isCallsOf(other: Column, bytes: Column): boolean {
  return other.unit === 'count' && other.name === bytes.name.replace(/_space$/, '_objects');
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}

import { UserError } from '../errors.ts';
import type { Frame } from '../frame.ts';
import { kindsOf, sourceOf } from '../profile/frame-words.ts';
import { residencyNotes } from '../profile/residency.ts';
import { qualityLines } from '../profile/stack-quality.ts';
import { type Column, type NodeIndex, type Profile, stackOf } from '../profile.ts';
import { shorterNames, withoutTemplateArguments } from '../symbol-name.ts';
import { counted, formatBytes, formatCount } from '../units.ts';
import { printable } from './terminal.ts';
import { viewWords } from './view-words.ts';

export const sortKeys = ['size', 'count'] as const;

export interface TableOptions {
  /** How many stacks. */
  readonly top: number;
  readonly sort: (typeof sortKeys)[number];
  /** Characters a line. */
  readonly width: number;
}

interface Row {
  readonly node: NodeIndex;
  readonly bytes: number;
  /** Calls or pages. */
  readonly count: number;
}

/**
 * The top stacks of a profile with columns of bytes and of calls or pages, for a person to read: amounts
 * in columns, and below them the stack from the innermost frame outwards. Throws a UserError for a
 * profile without both.
 */
export function tableLines(profile: Profile, options: TableOptions): string[] {
  const rows = sortedRows(profile, options.sort);
  const all = sum(rows);
  const noun = nounOf(profile);
  const title = titleLine(profile);
  if (rows.length === 0) return [`${title}: nothing`];
  const shown = rows.slice(0, options.top);
  const share = shareOf(all, options.sort);
  return [
    `${title}: ${amount(all, noun)} from ${counted(rows.length, 'stack')}`,
    '',
    columns(['#', 'bytes', 'share', `${noun}s`, ...(noun === 'call' ? ['mean size'] : [])]),
    ...shown.flatMap((row, index) => [
      rowLine(row, index + 1, { share: share(row), noun }),
      ...stackLines(profile, row.node, options.width),
      '',
    ]),
    ...notShown(rows.slice(options.top), { stacks: rows.length, noun }),
    ...(profile.meta.residency ?? []).flatMap(residencyNotes).map(printable),
    ...qualityLines(profile.meta.stacks),
  ];
}

/** What the table counts besides bytes. */
type Noun = 'call' | 'page';

function nounOf({ columns }: Profile): Noun {
  return columns.some(({ unit }) => unit === 'pages') ? 'page' : 'call';
}

function tableColumns({ columns }: Profile): readonly [Column, Column] {
  const bytes = columns.find(({ unit }) => unit === 'bytes');
  const count = columns.find(({ unit }) => unit !== 'bytes');
  if (bytes && count) return [bytes, count];
  throw new UserError('a table needs a capture: collapsed stacks have bytes or calls, not both');
}

function sortedRows(profile: Profile, sort: TableOptions['sort']): Row[] {
  const [bytes, count] = tableColumns(profile);
  const rows: Row[] = [];
  for (let node = 0; node < profile.parent.length; node++) {
    const row = { node, bytes: bytes.self[node]!, count: count.self[node]! };
    if (row.bytes > 0 || row.count > 0) rows.push(row);
  }
  const bySize = (a: Row, b: Row) => b.bytes - a.bytes;
  const byCount = (a: Row, b: Row) => b.count - a.count;
  const [first, second] = sort === 'size' ? [bySize, byCount] : [byCount, bySize];
  return rows.sort((a, b) => first(a, b) || second(a, b) || a.node - b.node);
}

function titleLine({ meta }: Profile): string {
  const { view = 'all' } = meta;
  const [what, by] = [viewWords[view], view === 'resident' ? 'in' : 'by'];
  const targets = meta.targets ? ` ${by} ${printable(meta.targets.join(', '))}` : '';
  const duration =
    meta.durationMs === undefined ? '' : ` in ${(meta.durationMs / 1000).toFixed(1)} s`;
  const estimated = meta.estimated === undefined ? '' : ` (estimated: ${meta.estimated})`;
  return `${what}${targets}${duration}${estimated}`;
}

function rowLine(row: Row, rank: number, { share, noun }: { share: string; noun: Noun }): string {
  const mean = row.count > 0 ? formatBytes(Math.round(row.bytes / row.count)) : '-';
  const cells = [String(rank), formatBytes(row.bytes), share, formatCount(row.count)];
  return columns(noun === 'call' ? [...cells, mean] : cells);
}

const columnWidths = [4, 14, 9, 15, 14];

function columns(cells: readonly string[]): string {
  return cells.map((cell, index) => cell.padStart(columnWidths[index]!)).join('');
}

const indent = 6;

/** Lines that a stack may take; what tells stacks apart is near the leaf. */
const stackHeight = 6;

/** Lines that a name may take before it is shortened: those of C++ run to thousands of characters. */
const linesOfName = 3;

/**
 * `malloc <- session_create <- handle_request`, broken where it gets too wide, never inside a name.
 * A deep stack ends with how many of its outer frames are not shown.
 */
export function stackLines(profile: Profile, node: NodeIndex, width: number): string[] {
  const room = linesOfName * (width - indent);
  const names = stackOf(profile, node).map((frame) => printable(frameText(frame, room)));
  const lines: string[] = [];
  let line = '';
  for (const [index, name] of names.reverse().entries()) {
    const word = index === 0 ? name : `<- ${name}`;
    if (line !== '' && indent + line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    if (lines.length === stackHeight - 1) {
      line = `<- ... ${counted(names.length - index, 'more frame')}`;
      break;
    }
    line += line === '' ? word : ` ${word}`;
  }
  return [...lines, line].map((text) => ' '.repeat(indent) + text);
}

/** `put (cache.c:12, inlined)`: the file without its folders, for there is little room. */
function frameText(frame: Frame, room: number): string {
  const source = sourceOf(frame);
  const file = source.slice(source.lastIndexOf('/') + 1);
  const remarks = [...(file === '' ? [] : [file]), ...kindsOf(frame)];
  const name = nameIn(room, frame.name);
  return remarks.length === 0 ? name : `${name} (${remarks.join(', ')})`;
}

/** As labels of pictures: without template arguments, then without parameters, then cut. */
function nameIn(room: number, name: string): string {
  if (name.length <= room) return name;
  const fitting = shorterNames(name).find(({ length }) => length <= room);
  return fitting ?? `${withoutTemplateArguments(name).slice(0, room)}…`;
}

function notShown(
  rest: readonly Row[],
  { stacks, noun }: { stacks: number; noun: Noun },
): string[] {
  if (rest.length === 0) return [];
  const what = `${counted(rest.length, 'stack')} with ${amount(sum(rest), noun)}`;
  return [`not shown: ${what}; -T ${stacks} shows all`];
}

type Amount = Pick<Row, 'bytes' | 'count'>;

function sum(rows: readonly Row[]): Amount {
  return rows.reduce(
    (total, { bytes, count }) => ({ bytes: total.bytes + bytes, count: total.count + count }),
    { bytes: 0, count: 0 },
  );
}

function shareOf(all: Amount, sort: TableOptions['sort']): (row: Row) => string {
  const key = sort === 'size' ? 'bytes' : 'count';
  return (row) => (all[key] > 0 ? `${((100 * row[key]) / all[key]).toFixed(1)}%` : '-');
}

function amount({ bytes, count }: Amount, noun: Noun): string {
  return `${formatBytes(bytes)} in ${counted(count, noun)}`;
}

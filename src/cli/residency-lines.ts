import { kindWords, pageKinds, type Residency, upperBoundWords } from '../profile/residency.ts';
import { counted, formatBytes } from '../units.ts';

/** As many processes as help; the others are one line. */
const most = 10;

/** How the growth of several processes adds up, for stderr: those that changed most, and how the others did in all. */
export function residenciesLines(all: readonly Residency[]): string[] {
  if (all.length === 1) return residencyLines(all[0]!);
  const resident = all.filter(({ before, after }) => before > 0 || after > 0);
  const order = resident.toSorted((a, b) => Math.abs(growthOf(b)) - Math.abs(growthOf(a)));
  const rest = order.slice(most);
  const bytes = rest.reduce((sum, each) => sum + growthOf(each) * each.pageSize, 0);
  const gone = all.length - resident.length;
  return [
    ...order.slice(0, most).flatMap(residencyLines),
    ...(rest.length > 0 ? [`${counted(rest.length, 'other')}: ${changeWords(bytes)}`] : []),
    ...(gone > 0 ? [`${counted(gone, 'other')}: ended, so that nothing is resident`] : []),
  ];
}

/** In pages. */
function growthOf({ before, after }: Residency): number {
  return after - before;
}

/** How the growth of a process's resident memory adds up, for stderr. */
export function residencyLines(residency: Residency): string[] {
  return [headline(residency), ...partLines(residency), ...noGrowth(residency)];
}

function headline({ process, kinds, rss, pageSize, before, after }: Residency): string {
  const of =
    kinds.length === pageKinds.length
      ? ''
      : ` (${kinds.map((kind) => kindWords[kind]).join(', ')})`;
  const { before: first, after: last } = rss ?? {
    before: before * pageSize,
    after: after * pageSize,
  };
  const start = `${process} resident${of}: ${formatBytes(first)} before`;
  if (last === undefined) return `${start}, and it has ended: nothing is resident`;
  return `${start}, ${formatBytes(last)} after: ${changeWords(last - first)}`;
}

function changeWords(bytes: number): string {
  if (bytes === 0) return 'no growth';
  return `${bytes < 0 ? 'shrank' : 'grew'} by ${formatBytes(Math.abs(bytes))}`;
}

/** The sum, a line for each part that is not 0. */
function partLines(residency: Residency): string[] {
  const { explained, withoutFault, freed, swappedOut } = residency;
  const line = (sign: string, pages: number, words: string) => {
    const bytes = `${pages < 0 ? '-' : ''}${formatBytes(Math.abs(pages) * residency.pageSize)}`;
    return `  ${sign} ${bytes.padStart(12)} ${counted(pages, 'page').padStart(16)}  ${words}`;
  };
  if (residency.upperBound) return [line(' ', explained, upperBoundWords)];
  const growth = growthOf(residency);
  return [
    line(' ', explained, 'explained by faults'),
    ...(withoutFault > 0 ? [line('+', withoutFault, 'without a fault')] : []),
    ...(freed > 0 ? [line('-', freed, 'freed meanwhile')] : []),
    ...(swappedOut > 0 ? [line('-', swappedOut, 'swapped out')] : []),
    line('=', growth, `by the page table${differenceWords(residency)}`),
  ];
}

/** The two are read at different moments, and the kernel may keep its counters loosely. */
function differenceWords({ rss, before, after, pageSize }: Residency): string {
  if (rss?.after === undefined) return '';
  const more = after - before - (rss.after - rss.before) / pageSize;
  if (more === 0) return ', as /proc/PID/status has it';
  return `, ${counted(Math.abs(more), 'page')} ${more > 0 ? 'more' : 'less'} than /proc/PID/status has`;
}

/** What was touched and is no growth. */
function noGrowth(residency: Residency): string[] {
  const parts = notGrown
    .filter(([key]) => residency[key] > 0)
    .map(([key, what]) => `${counted(residency[key], 'page')} ${what}`);
  return parts.length === 0 ? [] : [`  no growth: ${parts.join(', ')}`];
}

const notGrown = [
  ['copied', 'copied on write'],
  ['again', 'faulted again'],
  ['released', 'freed again'],
  ['swapped', 'faulted and now in swap'],
  ['zero', 'of zeros, only read'],
] as const;

import { faultHow, type ProcessPages, pageBits, type Rss } from '../capture/faults.ts';
import type { Capture, CaptureProcess } from '../capture.ts';
import type { PageKind, Residency } from '../profile/residency.ts';
import { FaultReach } from './fault-reach.ts';
import { kindOf, mappedKind } from './page-kind.ts';
import { forEachSegment, type PageSegment } from './page-segments.ts';

/** How the resident set of a process changed, and by which stacks. */
export interface Growth {
  readonly residency: Residency;
  /** Pages that became resident, by the stack that took the fault; as long as `CaptureFaults.stacks`. */
  readonly byStack: Float64Array;
}

/** Of one process of a capture of page faults, in pages of these kinds. */
export function growthOf(capture: Capture, process: number, kinds: readonly PageKind[]): Growth {
  const { pageSize } = capture.header;
  const pages = capture.faults!.processes[process]!;
  const of = capture.processes[process]!;
  const tally = newTally(capture.faults!.stacks.length);
  if (of.pagemap === false) countMapped(pages, kinds, tally);
  else countResident(pages, { kinds, pageSize, tally });
  const { byStack, ...sums } = tally;
  const about = { process: `${of.name} (pid ${of.pid})`, pageSize, kinds, ...rssOf(of, kinds) };
  return { residency: { ...about, ...sums, upperBound: of.pagemap === false }, byStack };
}

function rssOf({ rss }: CaptureProcess, kinds: readonly PageKind[]): Pick<Residency, 'rss'> {
  if (rss?.before === undefined) return {};
  const sum = (of: Rss) => kinds.reduce((total, kind) => total + of[kind], 0);
  return { rss: { before: sum(rss.before), ...(rss.after && { after: sum(rss.after) }) } };
}

type Sums = Omit<Residency, 'process' | 'pageSize' | 'kinds' | 'rss' | 'upperBound'>;
type Tally = { -readonly [Key in keyof Sums]: number } & { readonly byStack: Float64Array };

function newTally(stacks: number): Tally {
  return {
    byStack: new Float64Array(stacks),
    before: 0,
    after: 0,
    explained: 0,
    withoutFault: 0,
    freed: 0,
    swappedOut: 0,
    copied: 0,
    again: 0,
    swapped: 0,
    zero: 0,
    released: 0,
  };
}

interface Counting {
  readonly kinds: readonly PageKind[];
  readonly pageSize: number;
  readonly tally: Tally;
}

function countResident(pages: ProcessPages, { kinds, pageSize, tally }: Counting): void {
  const { faulted } = pages;
  const reach = new FaultReach(pages, pageSize);
  const counts = (what: number, segment: PageSegment) => {
    const kind = kindOf(what, segment.mapping);
    return kind !== undefined && kinds.includes(kind);
  };
  forEachSegment(pages, (segment) => {
    const was = counts(segment.before, segment);
    const is = counts(segment.after, segment);
    const length = segment.end - segment.first;
    if (was) tally.before += length;
    if (is) tally.after += length;
    if (was && !is) countGone(segment, tally);
    else if (is && !was) countGrown(segment, { pages, reach, tally });
    else if (was && segment.fault >= 0)
      tally[faulted.what[segment.fault] === faultHow.copy ? 'copied' : 'again'] += length;
    if (segment.fault >= 0) countFaulted(segment, tally);
  });
}

function countGone({ first, end, after }: PageSegment, tally: Tally): void {
  tally[isSwapped(after) ? 'swappedOut' : 'freed'] += end - first;
}

interface Explaining {
  readonly pages: ProcessPages;
  readonly reach: FaultReach;
  readonly tally: Tally;
}

function countGrown(segment: PageSegment, { pages, reach, tally }: Explaining): void {
  const length = segment.end - segment.first;
  const reached =
    segment.fault >= 0 ? [{ fault: segment.fault, pages: length }] : reach.of(segment);
  let explained = 0;
  for (const { fault, pages: brought } of reached) {
    const stack = pages.faulted.stack[fault]!;
    tally.byStack[stack] = tally.byStack[stack]! + brought;
    explained += brought;
  }
  tally.explained += explained;
  tally.withoutFault += length - explained;
}

/** Of pages that faulted, what did not stay. */
function countFaulted({ first, end, after }: PageSegment, tally: Tally): void {
  if (after < 0) tally.released += end - first;
  else if (isSwapped(after)) tally.swapped += end - first;
  else if (after & pageBits.zero) tally.zero += end - first;
}

function isSwapped(what: number): boolean {
  return what >= 0 && (what & pageBits.swapped) !== 0;
}

/** Where the page table could not be read: every page that faulted and is still mapped. */
function countMapped(pages: ProcessPages, kinds: readonly PageKind[], tally: Tally): void {
  forEachSegment(pages, ({ first, end, fault, mapping }) => {
    if (fault < 0) return;
    const kind = mapping && mappedKind(mapping, pages.faulted.what[fault]!);
    if (kind === undefined) tally.released += end - first;
    else if (kinds.includes(kind)) {
      const stack = pages.faulted.stack[fault]!;
      tally.byStack[stack] = tally.byStack[stack]! + end - first;
      tally.explained += end - first;
    }
  });
}

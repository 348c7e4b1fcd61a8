import type { Capture, CaptureHeader, Sampling } from '../capture.ts';
import type { Omission } from '../omission.ts';
import type { Metadata } from '../profile/metadata.ts';
import { counted, formatBytes, formatCount } from '../units.ts';
import type { HeapView } from './heap-weight.ts';
import { runMetadata } from './run-metadata.ts';
import { stackQuality } from './stack-quality.ts';

/** Reasons of bpf/README.md that change only what counts as freed. */
const onlyUnfreed: ReadonlySet<string> = new Set([
  'live_table_full',
  'missed_free',
  'younger',
  'exec',
]);

/** Those that concern only page faults, or memory that is mapped by system calls. */
const ofOthers: ReadonlySet<string> = new Set([
  'page_table_full',
  'map_events',
  'allocator_mapped',
  'exec_mapped',
]);

/** What the capture says about the run, as far as it concerns the view. */
export function heapMetadata(capture: Capture, view: HeapView): Metadata {
  const { sampling } = capture.header;
  const stacks = stackQuality(capture, view);
  const concerns = ({ reason }: Omission) =>
    !ofOthers.has(reason) && (view === 'unfreed' || !onlyUnfreed.has(reason));
  return {
    view,
    ...runMetadata(capture),
    ...(sampling && { estimated: samplingInWords(sampling) }),
    filters: filterWords(capture.header, view),
    ...(capture.end && {
      filtered: capture.end.filtered.filter(concerns),
      lost: capture.end.lost.filter(concerns),
    }),
    ...(stacks && { stacks }),
    notes: [...notes(capture), ...(view === 'unfreed' ? missedSnapshots(capture.header) : [])],
  };
}

/** `1 of 10 calls`, or `one call in 512.0 KiB`. */
export function samplingInWords(sampling: Sampling): string {
  if ('calls' in sampling) return `1 of ${counted(sampling.calls, 'call')}`;
  return `one call in ${formatBytes(sampling.bytes)}`;
}

/** More are not kept by the helper. */
const mostSnapshots = 128;

/** Says so where notably fewer snapshots were taken or kept than `--interval` asks for. */
export function missedSnapshots({ snapshots, intervalUs, durationMs }: CaptureHeader): string[] {
  if (snapshots === undefined || !intervalUs) return [];
  const asked = Math.floor((1000 * durationMs) / intervalUs);
  if (snapshots.length >= 0.9 * asked - 1) return [];
  const reason =
    asked > mostSnapshots
      ? `of more than ${mostSnapshots} every other is given up`
      : 'there was no time for more';
  const taken = counted(snapshots.length, 'time');
  return [
    `noted ${taken}, not ${formatCount(asked)} as --interval ${intervalUs / 1e6} asks: ${reason}`,
  ];
}

function filterWords({ filters }: CaptureHeader, view: HeapView): string[] {
  const { minSize, maxSize, olderMs } = filters;
  const words: string[] = [];
  if (minSize > 0) words.push(`size >= ${minSize} bytes`);
  if (maxSize !== null) words.push(`size <= ${maxSize} bytes`);
  if (olderMs > 0 && view === 'unfreed') words.push(`older than ${olderMs} ms`);
  return words;
}

/** Plain remarks on a capture. */
export function notes({ header, truncated, processes, end }: Capture): string[] {
  const remarks: string[] = [];
  if (header.mode === 'entry') remarks.push('counts requests, also those that failed');
  if (truncated) remarks.push('the capture was cut short: stacks and losses may be missing');
  for (const { name, pid, execs, parent } of processes)
    if (execs > 0 && parent === undefined)
      remarks.push(`${name} (pid ${pid}) replaced itself by another program`);
  const broken = end?.notes.find(({ reason }) => reason === 'broken_stacks');
  if (broken && header.unwind === undefined)
    remarks.push(`the outer callers of ${broken.calls} calls could not be found`);
  return remarks;
}

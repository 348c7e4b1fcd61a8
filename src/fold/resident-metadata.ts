import type { Capture } from '../capture.ts';
import type { Metadata } from '../profile/metadata.ts';
import { kindWords, pageKinds, upperBoundWords } from '../profile/residency.ts';
import type { Growth } from './residency.ts';
import { named, runMetadata } from './run-metadata.ts';
import { qualityOf } from './stack-quality.ts';

/** What the capture says about the run, as far as it concerns resident pages. */
export function residentMetadata(capture: Capture, growths: readonly Growth[]): Metadata {
  const residency = growths.map((growth) => growth.residency);
  const stacks = qualityOf(capture, weighedStacks(capture, growths));
  return {
    view: 'resident',
    ...runMetadata(capture),
    filters: filterWords(growths),
    lost: capture.end!.lost.filter(({ reason }) => !onlyHeap.has(reason)),
    ...(stacks && { stacks }),
    residency,
    notes: notes(capture),
  };
}

/** Reasons of bpf/README.md that are about allocations. */
const onlyHeap: ReadonlySet<string> = new Set([
  'not_followed',
  'address_unknown',
  'live_table_full',
  'no_thread_record',
  'abandoned',
  'unfinished',
  'missed_free',
]);

function filterWords([first]: readonly Growth[]): string[] {
  const kinds = first?.residency.kinds ?? pageKinds;
  return kinds.length === pageKinds.length ? [] : [kinds.map((kind) => kindWords[kind]).join(', ')];
}

function weighedStacks({ faults, header }: Capture, growths: readonly Growth[]) {
  return faults!.stacks.map((stack, place) => {
    const pages = growths[stack.process]!.byStack[place]!;
    return { stack, weight: { bytes: pages * header.pageSize, calls: pages } };
  });
}

function notes({ processes }: Capture): string[] {
  const ended = processes.filter(({ rss }) => rss !== undefined && rss.after === undefined);
  const replaced = processes.filter(({ execs }) => execs > 0);
  const unread = processes.filter(({ pagemap }) => pagemap === false);
  return [
    ...unread.map((process) => `${named(process)}: ${upperBoundWords}`),
    ...ended.map((process) => `${named(process)} has ended, so nothing of it is resident`),
    ...replaced.map((process) => `${named(process)} replaced itself by another program`),
  ];
}

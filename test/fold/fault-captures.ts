import { type CaptureMapping, faultHow, pageBits, type Rss } from '../../src/capture/faults.ts';
import { FaultRunTable, PageRunTable } from '../../src/capture/page-runs.ts';
import type { Capture } from '../../src/capture.ts';
import { writeCollapsed } from '../../src/collapsed.ts';
import { foldResident, type ResidentChoice } from '../../src/fold/resident.ts';
import { textOf } from '../text-of.ts';
import { captureOf } from './captures.ts';

export const pageSize = 4096;
/** Pages of a huge page. */
export const huge = 512;

const bits = {
  anon: 0,
  file: pageBits.file,
  shmem: pageBits.file + pageBits.shmem,
  swapped: pageBits.swapped,
  zero: pageBits.zero,
  huge: pageBits.huge,
  hugeFile: pageBits.huge + pageBits.file,
  split: pageBits.split,
} as const;

/** Number of pages from a page on, and what they are. */
export type Run<What> = readonly [first: number, count: number, what: What];
/** The last two: the function that took the fault, and how. */
export type Fault = readonly [
  first: number,
  count: number,
  by: string,
  how?: keyof typeof faultHow,
];
export type Mapped = readonly [
  first: number,
  count: number,
  kind: CaptureMapping['kind'],
  perms?: string,
];

export interface PagesFields {
  readonly before?: readonly Run<keyof typeof bits>[];
  readonly after?: readonly Run<keyof typeof bits>[];
  readonly faulted?: readonly Fault[];
  readonly mappings?: readonly Mapped[];
  readonly rss?: { readonly before?: Rss; readonly after?: Rss };
  readonly pagemap?: boolean;
}

/** A capture of the page faults of one process; `main` calls all functions that took any. */
export function faultCapture(fields: PagesFields): Capture {
  const { before = [], after = [], faulted = [], mappings = [], rss, pagemap } = fields;
  const names = [...new Set(faulted.map(([, , by]) => by))];
  const { processes, ...base } = captureOf({
    header: { kind: 'faults' },
    stacks: names.map((name) => ({ frames: ['main@/srv/app', `${name}@/srv/app`] })),
  });
  const table = new FaultRunTable();
  for (const [first, count, by, how = 'write'] of faulted)
    table.add({ first, count }, faultHow[how], names.indexOf(by));
  return {
    ...base,
    processes: [
      { ...processes[0]!, ...(rss && { rss }), ...(pagemap !== undefined && { pagemap }) },
    ],
    stacks: [],
    faults: {
      source: 'exceptions',
      stacks: [...base.stacks].map(({ process, path }) => ({ process, path, faults: 1 })),
      processes: [
        {
          mappings: mappings.map(mapping),
          start: runs(before),
          end: runs(after),
          faulted: table.runs(),
        },
      ],
    },
    end: {
      alloc: { bytes: 0, calls: 0 },
      faults: { user: 1, kernel: 0, present: 0 },
      lost: [],
      filtered: [],
      notes: [],
    },
    truncated: false,
  };
}

function mapping([first, count, kind, perms = 'rw-p']: Mapped): CaptureMapping {
  return { first, count, kind, perms, path: '' };
}

function runs(list: readonly Run<keyof typeof bits>[]) {
  const table = new PageRunTable();
  for (const [first, count, what] of list) table.add(first, count, bits[what]);
  return table.runs();
}

/** Pages by function; what has no fault is there as `none`. */
export function pagesBy(fields: PagesFields, choice: ResidentChoice = {}): Record<string, number> {
  const lines = textOf(writeCollapsed(foldResident(faultCapture(fields), choice)));
  const found: Record<string, number> = {};
  for (const [, stack, pages] of lines.matchAll(/^(.*) (\d+)$/gm))
    found[stack!.replace(/^main;/, '').replace('[resident without a fault]', 'none')] =
      Number(pages);
  return found;
}

import type { Omission } from '../omission.ts';
import type { Metadata } from '../profile/metadata.ts';
import { counted, formatBytes } from '../units.ts';

/** Reasons of bpf/README.md in words, with what helps where something does. */
const reasonWords = new Map(
  Object.entries({
    stack_table_full:
      'counted without their stacks: the table of stacks is full; raise --max-stacks',
    live_table_full: 'not known whether freed: the table of live blocks is full; raise --max-live',
    no_thread_record: 'missing: the kernel had no memory for the record of a thread',
    abandoned: 'missing: the call never returned',
    unfinished: 'missing: the call had not returned when the trace ended',
    missed_free: 'counted as freed: the block was handed out again before its free was seen',
    missed_probe: 'missing: the kernel skipped a probe',
    not_followed:
      'missing: so large that operator new may throw, which no return probe must be in the way of',
    address_unknown:
      'not known whether freed: operator new may throw here, so it has no return probe',
    map_events: 'missing: mappings came faster than they were read, so that "mapped" may be wrong',
    allocator_mapped: 'mapped by allocators for themselves',
    exec_mapped: 'mapped, and gone when the process replaced itself by another program',
    process_table_full: 'missing: of children beyond the 256th process; trace them apart, with -p',
    stacks_cut: 'with their outermost callers cut off: the stack is too deep; raise --max-frames',
    not_sampled: 'not sampled: the totals are estimates that contain them',
    page_table_full: 'without a record, so their pages are under no stack: raise --max-pages',
    size: 'outside of --min-size and --max-size',
    younger: 'unfreed, but younger than --older',
    exec: 'gone when the process replaced itself by another program',
  }),
);

/** One line for everything that the numbers do not contain; none when nothing is missing. */
export function omissionLines({ lost = [], filtered = [] }: Metadata): string[] {
  return [
    ...lost.map((omission) => `lost: ${inWords(omission)}`),
    ...filtered.map((omission) => `left out: ${inWords(omission)}`),
  ];
}

function inWords({ reason, calls, bytes, noun = 'call' }: Omission): string {
  const amount = bytes === undefined ? '' : `, ${formatBytes(bytes)}`;
  return `${counted(calls, noun)}${amount}, ${reasonWords.get(reason) ?? reason}`;
}

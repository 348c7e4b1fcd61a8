import type { Weight } from '../capture/walked-stack.ts';
import type { Capture, CaptureProcess } from '../capture.ts';
import { weightIn } from '../fold/heap-weight.ts';
import { named } from '../fold/run-metadata.ts';
import { counted, formatBytes, formatCount } from '../units.ts';

/** As many lines as help; the others are one. */
const most = 10;

/** What each of several processes has unfreed, or has allocated where nobody knows; the largest first. */
export function processLines(capture: Capture): string[] {
  const { processes, header } = capture;
  if (processes.length < 2 || header.mode === undefined) return [];
  const view = header.mode === 'full' ? 'unfreed' : 'all';
  const sums = sumsOf(capture, view);
  const order = [...processes.keys()].sort((a, b) => sums[b]!.bytes - sums[a]!.bytes);
  const lines = order
    .slice(0, most)
    .map((i) => `  ${inWords(sums[i]!)}  ${lineage(processes[i]!)}`);
  const rest = order.slice(most).map((i) => sums[i]!);
  return rest.length === 0
    ? lines
    : [...lines, `  ${inWords(rest.reduce(plus))}  in all others (${formatCount(rest.length)})`];
}

function sumsOf({ processes, stacks }: Capture, view: 'all' | 'unfreed'): Weight[] {
  const sums = processes.map((): Weight => ({ bytes: 0, calls: 0 }));
  for (const stack of stacks)
    sums[stack.process] = plus(sums[stack.process]!, weightIn(stack, view));
  return sums;
}

/** Of two weights. */
export function plus(left: Weight, right: Weight): Weight {
  return { bytes: left.bytes + right.bytes, calls: left.calls + right.calls };
}

function inWords({ bytes, calls }: Weight): string {
  return `${formatBytes(bytes)} in ${counted(calls, 'call')}`;
}

function lineage(process: CaptureProcess): string {
  const { pid, name, parent } = process;
  return parent === undefined ? named(process) : `${name} (pid ${pid}, child of ${parent})`;
}

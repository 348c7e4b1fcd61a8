import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/** The one child of a process; 0: it has none. */
export function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'));
}

/** Returns when the process waits for something to happen. */
export async function untilAsleep(pid: number): Promise<void> {
  while (!/\) S /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) await setTimeout(5);
}

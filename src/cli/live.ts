import type { Status } from '../collect/events.ts';
import { formatBytes, formatCount } from '../units.ts';

export interface LiveOptions {
  /** Seconds the trace will last; undefined until it is stopped. */
  readonly seconds: number | undefined;
  /** The trace sees frees. */
  readonly frees: boolean;
}

/** Text of the live line, and the rate of calls since the status before. */
export function liveText(now: Status, before: Status | undefined, options: LiveOptions): string {
  const elapsed = (now.elapsedMs / 1000).toFixed(1);
  const bytes = options.frees
    ? `${formatBytes(now.unfreedBytes)} unfreed`
    : `${formatBytes(now.allocatedBytes)} allocated`;
  const parts = [
    options.seconds === undefined ? `${elapsed} s` : `${elapsed} of ${options.seconds} s`,
    `${formatCount(callsPerSecond(now, before))} allocations/s`,
    bytes,
  ];
  if (now.lostCalls > 0) parts.push(`${formatCount(now.lostCalls)} lost`);
  if (options.seconds === undefined) parts.push('Ctrl-C ends it');
  return parts.join(', ');
}

function callsPerSecond(now: Status, before: Status | undefined): number {
  const calls = now.calls - (before?.calls ?? 0);
  const ms = now.elapsedMs - (before?.elapsedMs ?? 0);
  return ms > 0 ? Math.round((1000 * calls) / ms) : 0;
}

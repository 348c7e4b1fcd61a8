import type { CaptureMode } from '../capture.ts';
import type { Status } from '../collect/events.ts';
import { formatBytes, formatCount } from '../units.ts';

export interface LiveOptions {
  /** Seconds the trace will last; undefined until it is stopped. */
  readonly seconds: number | undefined;
  /** How allocations are traced; undefined where they are not. */
  readonly mode: CaptureMode | undefined;
  readonly faults: boolean;
}

/** Text of the live line; rates are those since the status before. */
export function liveText(now: Status, before: Status | undefined, options: LiveOptions): string {
  const { seconds, mode, faults } = options;
  const elapsed = (now.elapsedMs / 1000).toFixed(1);
  const perSecond = (key: 'calls' | 'faults') => formatCount(rateOf(key, now, before));
  const parts = [
    seconds === undefined ? `${elapsed} s` : `${elapsed} of ${seconds} s`,
    ...(mode ? [`${perSecond('calls')} allocations/s`, bytesIn(now, mode)] : []),
    ...(faults ? [`${perSecond('faults')} faults/s`, `${formatCount(now.faults)} faults`] : []),
  ];
  if (now.lostCalls > 0) parts.push(`${formatCount(now.lostCalls)} lost`);
  if (seconds === undefined) parts.push('Ctrl-C ends it');
  return parts.join(', ');
}

function bytesIn(now: Status, mode: CaptureMode): string {
  if (mode === 'full') return `${formatBytes(now.unfreedBytes)} unfreed`;
  return `${formatBytes(now.allocatedBytes)} allocated`;
}

function rateOf(key: 'calls' | 'faults', now: Status, before: Status | undefined): number {
  const ms = now.elapsedMs - (before?.elapsedMs ?? 0);
  return ms > 0 ? Math.round((1000 * (now[key] - (before?.[key] ?? 0))) / ms) : 0;
}

import type { Capture, CaptureProcess } from '../capture.ts';
import type { Metadata } from '../profile/metadata.ts';
import { formatCount } from '../units.ts';

/** What a capture says of the run itself, whatever was traced. */
export function runMetadata(capture: Capture): Metadata {
  const { host, kernel, tool, start, durationMs } = capture.header;
  return { host, kernel, tool, targets: targetsOf(capture), start, durationMs };
}

/** The processes that were named, each by itself, and how many children of theirs were followed. */
export function targetsOf({ processes }: Capture): string[] {
  const targets = processes.filter(({ parent }) => parent === undefined);
  const children = processes.length - targets.length;
  return [
    ...targets.map(named),
    ...(children > 0 ? [children === 1 ? 'one child' : `${formatCount(children)} children`] : []),
  ];
}

/** A process as it is shown: `name (pid 123)`. */
export function named({ name, pid }: CaptureProcess): string {
  return `${name} (pid ${pid})`;
}

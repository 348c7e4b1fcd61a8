import type { Capture, CaptureProcess } from '../capture.ts';
import type { Metadata } from '../profile.ts';

/** What a capture says of the run itself, whatever was traced. */
export function runMetadata({ header, processes }: Capture): Metadata {
  const { host, kernel, tool, start, durationMs } = header;
  return { host, kernel, tool, targets: processes.map(named), start, durationMs };
}

/** A process as it is shown: `name (pid 123)`. */
export function named({ name, pid }: CaptureProcess): string {
  return `${name} (pid ${pid})`;
}

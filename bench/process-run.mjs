import { closeSync, openSync, readFileSync } from 'node:fs';
import { startChild } from './children.mjs';

/** The high-water mark only grows, so the last look at it before the end misses little. */
const LOOK_EVERY_MS = 5;

/** A whole run, its output going to a file: how it ended, milliseconds, and megabytes of memory at most. */
export async function runOf([command, ...args], output) {
  const fd = openSync(output, 'w');
  const started = performance.now();
  const { child, ended } = startChild(command, args, ['ignore', fd, 'ignore']);
  let kilobytes = 0;
  const timer = setInterval(() => {
    kilobytes = Math.max(kilobytes, peakOf(child.pid));
  }, LOOK_EVERY_MS);
  try {
    const fate = await ended;
    return { fate, ms: performance.now() - started, mb: (1024 * kilobytes) / 1e6 };
  } finally {
    clearInterval(timer);
    closeSync(fd);
  }
}

/** Kilobytes, as proc(5) has them under VmHWM; 0 for a process that is gone. */
function peakOf(pid) {
  try {
    return Number(/^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

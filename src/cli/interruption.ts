import { closeSync } from 'node:fs';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface Interruption {
  /** Aborted by the first signal that asks us to end. */
  readonly signal: AbortSignal;
  /** Gives the signals their usual effect again. */
  release(): void;
}

/** From now on, being asked to end ends the trace and not this process: the result is still wanted. */
export function catchSignals(): Interruption {
  const controller = new AbortController();
  const abort = () => controller.abort();
  for (const signal of signals) process.on(signal, abort);
  const hangUp = () => process.once('exit', leaveTerminal);
  process.once('SIGHUP', hangUp);
  return {
    signal: controller.signal,
    release() {
      for (const signal of signals) process.off(signal, abort);
      process.off('SIGHUP', hangUp);
    },
  };
}

/** Node sets terminals back when it ends, and aborts when one is gone by then. */
function leaveTerminal(): void {
  for (const fd of [0, 1, 2])
    try {
      closeSync(fd);
    } catch {
      // It was closed before.
    }
}

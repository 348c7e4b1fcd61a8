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
  return {
    signal: controller.signal,
    release() {
      for (const signal of signals) process.off(signal, abort);
    },
  };
}

import { closeSync } from 'node:fs';
import { fileWriter } from './file-writer.ts';

/** Where the bytes of an output go, in their order. */
export interface Sink {
  /** Never rejects: after a failure it does nothing, and `end` tells. */
  write(chunk: string | Uint8Array): Promise<void>;
  /** Undefined once the system has taken everything, else why it has not. */
  end(): Promise<unknown>;
  /** Gives up. */
  destroy(): Promise<void>;
}

/** What a promise rejects with; undefined where it does not. */
export function failureOf(done: Promise<unknown>): Promise<unknown> {
  return done.then(
    () => undefined,
    (error: unknown) => error,
  );
}

/** A regular file, which is closed at the end. */
export function fileSink(fd: number): Sink {
  const write = fileWriter(fd);
  // From the first failure on it rejects, and what follows is not written.
  let written = Promise.resolve();
  async function end(): Promise<unknown> {
    const failure = await failureOf(written);
    const unclosed = await failureOf(Promise.resolve().then(() => closeSync(fd)));
    return failure ?? unclosed;
  }
  return {
    async write(chunk) {
      written = written.then(() => write(chunk));
      await failureOf(written);
    },
    end,
    async destroy() {
      await end();
    },
  };
}

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

/** A regular file, which is closed at the end. */
export function fileSink(fd: number): Sink {
  const write = fileWriter(fd);
  let failure: unknown;
  let written = Promise.resolve();
  const close = () => attempt(async () => closeSync(fd));
  async function attempt(task: () => Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      failure ??= error;
    }
  }
  return {
    write(chunk) {
      written = written.then(() =>
        failure === undefined ? attempt(() => write(chunk)) : undefined,
      );
      return written;
    },
    async end() {
      await written;
      await close();
      return failure;
    },
    async destroy() {
      await written;
      await close();
    },
  };
}

import { write, writeSync } from 'node:fs';

/** Bytes that are written in less time than a thread takes to start that would write them. */
const smallSize = 1024 * 1024;

/**
 * Writes text or bytes to a regular file, one chunk after the other: the first of them at once, later ones
 * while the caller makes the next. What it returns rejects where the system does not take them.
 */
export function fileWriter(fd: number): (chunk: string | Uint8Array) => Promise<void> {
  let size = 0;
  return async (chunk) => {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    size += bytes.length;
    // A system that has little room left writes less than it is given.
    for (let at = 0; at < bytes.length; )
      at += size <= smallSize ? writeSync(fd, bytes, at) : await written(fd, bytes, at);
  };
}

function written(fd: number, bytes: Uint8Array, from: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(fd, bytes, from, bytes.length - from, null, (failure, count) =>
      failure ? reject(failure) : resolve(count),
    );
  });
}

import { fstatSync, write, writeSync } from 'node:fs';
import { UserError } from '../errors.ts';
import { systemReason } from './system-error.ts';
import { writeEach } from './write-each.ts';

const stdout = 1;
/** Bytes that are written in less time than a thread takes to start that would write them. */
const smallSize = 1024 * 1024;

/**
 * Writes text or bytes to stdout as fast as it is taken. A reader that has seen enough is no error; throws a
 * UserError for any other failure.
 */
export async function writeStdout(chunks: Iterable<string | Uint8Array>): Promise<void> {
  try {
    // What process.stdout writes to a file, it writes while everything else waits.
    await (fstatSync(stdout).isFile() ? writeEach(chunks, fileWriter()) : writeStream(chunks));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return;
    const reason = systemReason(error);
    throw reason ? new UserError(`cannot write to stdout: ${reason}`) : error;
  }
}

async function writeStream(chunks: Iterable<string | Uint8Array>): Promise<void> {
  const ignore = () => {};
  process.stdout.on('error', ignore);
  await writeEach(chunks, toStream);
  process.stdout.off('error', ignore);
}

function toStream(chunk: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(chunk, (failure) => (failure ? reject(failure) : resolve()));
  });
}

function fileWriter(): (chunk: string | Uint8Array) => Promise<void> {
  let size = 0;
  return async (chunk) => {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    size += bytes.length;
    // A system that has little room left writes less than it is given.
    for (let at = 0; at < bytes.length; )
      at += size <= smallSize ? writeSync(stdout, bytes, at) : await written(bytes, at);
  };
}

function written(bytes: Uint8Array, from: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(stdout, bytes, from, bytes.length - from, null, (failure, count) =>
      failure ? reject(failure) : resolve(count),
    );
  });
}

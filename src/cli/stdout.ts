import { fstatSync } from 'node:fs';
import { UserError } from '../errors.ts';
import { fileWriter } from './file-writer.ts';
import { systemReason } from './system-error.ts';
import { writeEach } from './write-each.ts';

const stdout = 1;

/**
 * Writes text or bytes to stdout as fast as it is taken. A reader that has seen enough is no error; throws a
 * UserError for any other failure.
 */
export async function writeStdout(chunks: Iterable<string | Uint8Array>): Promise<void> {
  try {
    // What process.stdout writes to a file, it writes while everything else waits.
    await (fstatSync(stdout).isFile()
      ? writeEach(chunks, fileWriter(stdout))
      : writeStream(chunks));
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

import { UserError } from '../errors.ts';
import { systemReason } from './system-error.ts';

/**
 * Writes text or bytes to stdout as fast as it is taken. A reader that has seen enough is no error; throws a
 * UserError for any other failure.
 */
export async function writeStdout(chunks: Iterable<string | Uint8Array>): Promise<void> {
  const ignore = () => {};
  process.stdout.on('error', ignore);
  for (const chunk of chunks) {
    const failure = await written(chunk);
    if (failure?.code === 'EPIPE') return;
    const reason = systemReason(failure);
    if (failure) throw reason ? new UserError(`cannot write to stdout: ${reason}`) : failure;
  }
  process.stdout.off('error', ignore);
}

function written(chunk: string | Uint8Array): Promise<NodeJS.ErrnoException | null | undefined> {
  return new Promise((resolve) => process.stdout.write(chunk, resolve));
}

import { finished } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/** Bytes that zlib's thread unpacks without asking: what a piece of a file becomes, as a rule. */
const chunkSize = 2 * 1024 * 1024;

/**
 * Unpacks gzip data. Of data that was cut short, such as by a full disk, everything that is there is
 * unpacked and then `onCut` called. Throws zlib's error for data that is broken otherwise.
 */
export async function* gunzipped(
  packed: AsyncIterable<Uint8Array>,
  onCut: () => void,
): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize });
  let unpacked: Uint8Array[] = [];
  gunzip.on('data', (bytes: Uint8Array) => unpacked.push(bytes));
  const ended = finished(gunzip).catch((error: unknown) => error);
  for await (const bytes of packed) {
    // Nothing may wait inside of the stream when it fails: it would be thrown away.
    const written = new Promise((resolve) => gunzip.write(bytes, resolve));
    const before = unpacked;
    unpacked = [];
    // Taken while zlib's thread unpacks the next.
    yield* before;
    const error = await Promise.race([written, ended]);
    if (error) throw error;
  }
  gunzip.end();
  const error = await ended;
  yield* unpacked;
  if (isCutShort(error)) onCut();
  else if (error) throw error;
}

function isCutShort(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR';
}

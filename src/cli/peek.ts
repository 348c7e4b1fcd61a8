import { RegularFile } from './regular-file.ts';

export type Bytes = AsyncIterable<Uint8Array>;

/** Enough of a file to tell what it is, if there is as much: text of perf is known by its second line. */
export const peekedBytes = 512;

export interface Peeked {
  readonly first: Uint8Array;
  readonly all: Bytes;
}

/** The first bytes, enough to tell formats apart, and everything with these bytes again. */
export async function peek(bytes: Bytes): Promise<Peeked> {
  // This can be read again from its start, and by whoever knows more of it than its bytes.
  if (bytes instanceof RegularFile) return { first: bytes.first(peekedBytes), all: bytes };
  const iterator = bytes[Symbol.asyncIterator]();
  let first = Buffer.alloc(0);
  let ended = false;
  while (!ended && first.length < peekedBytes) {
    const next = await iterator.next();
    ended = next.done === true;
    if (!next.done) first = Buffer.concat([first, next.value]);
  }
  return { first, all: joined(first, iterator) };
}

async function* joined(
  first: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first;
  yield* { [Symbol.asyncIterator]: () => rest };
}

export type Bytes = AsyncIterable<Uint8Array>;

/** The first bytes, enough to tell formats apart, and everything with these bytes again. */
export async function peek(bytes: Bytes): Promise<{ first: Uint8Array; all: Bytes }> {
  const iterator = bytes[Symbol.asyncIterator]();
  let first = Buffer.alloc(0);
  let ended = false;
  while (!ended && first.length < 64) {
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

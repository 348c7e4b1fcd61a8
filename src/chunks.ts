/** What has characters beyond Latin-1 takes two bytes for each, and V8 has large texts apart. */
const chunkLength = 16_384;

/** Texts put together to chunks that are worth a write each. */
export function* inChunks(texts: Iterable<string>): Generator<string> {
  let chunk = '';
  for (const text of texts) {
    chunk += text;
    if (chunk.length < chunkLength) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}

/** What is written in chunks of UTF-8, as one text. */
export function textOf(chunks: Iterable<Uint8Array>): string {
  // A chunk is valid until the next but one is taken.
  return Buffer.concat(Array.from(chunks, (chunk) => Buffer.from(chunk))).toString();
}

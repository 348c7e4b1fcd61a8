/** What is written in chunks of UTF-8, as one text. */
export function textOf(chunks: Iterable<Uint8Array>): string {
  return Buffer.concat([...chunks]).toString();
}

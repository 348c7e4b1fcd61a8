/** Writes chunks in their order, and makes the next one while the one before is written. Stops where `write` throws. */
export async function writeEach<Chunk>(
  chunks: Iterable<Chunk>,
  write: (chunk: Chunk) => Promise<void>,
): Promise<void> {
  let written = Promise.resolve();
  for (const chunk of chunks) {
    await written;
    written = write(chunk);
    // It is looked at when the next chunk is there.
    written.catch(() => {});
  }
  await written;
}

import { UserError } from './errors.ts';

/** Called with one line's bytes, valid until it returns, without the line feed. */
export type OnLine = (line: Uint8Array, number: number, ended: boolean) => void;

const lineFeed = 10;
/** Far above any honest line, and below the longest string that Node can hold. */
const maxLineBytes = 256 * 1024 * 1024;

/**
 * Calls `onLine` for every line of a byte stream, counted from 1; `ended` is false for a last line
 * without its line feed. Throws a UserError for a line of more than 256 MiB.
 */
export async function forEachLine(
  chunks: AsyncIterable<Uint8Array>,
  onLine: OnLine,
): Promise<void> {
  const begun = new LineStart();
  let number = 0;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, start)) {
      number++;
      onLine(begun.finish(chunk.subarray(start, end)), number, true);
      start = end + 1;
    }
    begun.keep(chunk.subarray(start), number + 1);
  }
  const last = begun.finish(new Uint8Array(0));
  if (last.length > 0) onLine(last, number + 1, false);
}

/** The part of a line that came with earlier chunks. */
class LineStart {
  #pieces: Uint8Array[] = [];
  #length = 0;

  keep(piece: Uint8Array, lineNumber: number): void {
    if (piece.length === 0) return;
    this.#length += piece.length;
    if (this.#length > maxLineBytes)
      throw new UserError(`line ${lineNumber} is longer than 256 MiB: is this a text file?`);
    // A copy: whoever sends chunks may use the same buffer again.
    this.#pieces.push(Uint8Array.from(piece));
  }

  finish(tail: Uint8Array): Uint8Array {
    if (this.#length === 0) return tail;
    const line = Buffer.concat([...this.#pieces, tail]);
    this.#pieces = [];
    this.#length = 0;
    return line;
  }
}

import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync } from 'node:fs';

const pieceBytes = 256 * 1024;

/** A file on a disk: it can be read anywhere, by several threads, and again. */
export class RegularFile implements AsyncIterable<Uint8Array> {
  readonly fd: number;
  /** Where the input begins: a shell may hand over a file of which it has read a part. */
  readonly start: number;
  /** Where the file ended when it was opened. */
  readonly end: number;

  constructor(fd: number, start: number) {
    this.fd = fd;
    this.start = start;
    this.end = fstatSync(fd).size;
  }

  /** The first bytes, at most so many. */
  first(count: number): Uint8Array {
    const bytes = new Uint8Array(count);
    return bytes.subarray(0, readSync(this.fd, bytes, 0, count, this.start));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (let at = this.start; ; ) {
      const piece = Buffer.allocUnsafeSlow(pieceBytes);
      const count = readSync(this.fd, piece, 0, pieceBytes, at);
      if (count === 0) return;
      at += count;
      yield piece.subarray(0, count);
    }
  }

  close(): void {
    closeSync(this.fd);
  }
}

/**
 * The file at `path`, or what stdin was redirected from; undefined for what is only a stream: a pipe,
 * a terminal, a device, or a file of /proc, which does not tell its size. Throws the system's error.
 */
export function regularFile(path: string | undefined): RegularFile | undefined {
  const stats = path === undefined ? fstatSync(0) : statSync(path);
  if (!stats.isFile() || stats.size === 0) return undefined;
  return path === undefined
    ? new RegularFile(0, stdinOffset())
    : new RegularFile(openSync(path, 'r'), 0);
}

/** Node cannot ask for it; proc(5) has it as `pos:	123`. */
function stdinOffset(): number {
  const position = /^pos:\s*(\d+)$/m.exec(readFileSync('/proc/self/fdinfo/0', 'latin1'));
  return Number(position?.[1] ?? 0);
}

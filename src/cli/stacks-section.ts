import { readSync } from 'node:fs';
import type { PartReader } from '../collapsed/part-reader.ts';

/** Bytes of a file from one that begins a line up to, not including, another. */
export interface Section {
  readonly fd: number;
  readonly from: number;
  readonly to: number;
}

/** Gives the reader what is in the section; where it stopped, which is `to` or the end of the file. */
export function readSection(reader: PartReader, { fd, from, to }: Section): number {
  let at = from;
  while (at < to && !reader.isRefused) {
    const room = reader.room();
    const count = readSync(fd, room, 0, Math.min(room.length, to - at), at);
    if (count === 0) break;
    reader.take(count);
    at += count;
  }
  return at;
}

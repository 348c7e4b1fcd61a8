import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';

/** What a tracer may leave behind in a process. */
export interface Footprint {
  /** Open file descriptors. */
  readonly files: number;
  /** Files whose code in memory is not what it is on disk: a breakpoint is there. */
  readonly changedCode: readonly string[];
}

export function footprintIn(pid: number): Footprint {
  return { files: readdirSync(`/proc/${pid}/fd`).length, changedCode: changedCodeIn(pid) };
}

function changedCodeIn(pid: number): string[] {
  const maps = readFileSync(`/proc/${pid}/maps`, 'utf8');
  const code = maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) r-xp ([0-9a-f]+) \S+ [1-9]\d* +(\/.*)$/gm);
  return Array.from(code, ([, start, end, offset, path]) => {
    const from = BigInt(`0x${start}`);
    const length = Number(BigInt(`0x${end}`) - from);
    const inMemory = readAt(`/proc/${pid}/mem`, from, length);
    const onDisk = readAt(path!, BigInt(`0x${offset}`), length);
    return inMemory.subarray(0, onDisk.length).equals(onDisk) ? [] : [path!];
  }).flat();
}

/** As many of the bytes as there are. */
function readAt(path: string, position: bigint, length: number): Buffer {
  const buffer = Buffer.alloc(length);
  const file = openSync(path, 'r');
  try {
    return buffer.subarray(0, readSync(file, buffer, 0, length, position));
  } finally {
    closeSync(file);
  }
}

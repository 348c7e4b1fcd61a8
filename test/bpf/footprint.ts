import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';

/** What a tracer may leave behind in a process. */
export interface Footprint {
  /** Open file descriptors. */
  readonly files: number;
  /** Files whose code in memory is not what it is on disk: a breakpoint is there. */
  readonly changedCode: readonly string[];
}

export function footprintIn(pid: number): Footprint {
  const changed = codeIn(pid).filter((code) => isChanged(pid, code));
  const files = readdirSync(`/proc/${pid}/fd`).length;
  return { files, changedCode: changed.map(({ path }) => path) };
}

/** A breakpoint is in its C library. */
export function isProbed(pid: number): boolean {
  return codeIn(pid).some((code) => code.path.endsWith('/libc.so.6') && isChanged(pid, code));
}

/** What is mapped of a file, to be executed. */
interface Code {
  readonly path: string;
  readonly offset: bigint;
  readonly address: bigint;
  readonly length: number;
}

function codeIn(pid: number): Code[] {
  const maps = readFileSync(`/proc/${pid}/maps`, 'utf8');
  const lines = maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) r-xp ([0-9a-f]+) \S+ [1-9]\d* +(\/.*)$/gm);
  return Array.from(lines, ([, start, end, offset, path]) => {
    const address = BigInt(`0x${start}`);
    const length = Number(BigInt(`0x${end}`) - address);
    return { path: path!, offset: BigInt(`0x${offset}`), address, length };
  });
}

function isChanged(pid: number, { path, offset, address, length }: Code): boolean {
  const onDisk = readAt(path, offset, length);
  return !readAt(`/proc/${pid}/mem`, address, onDisk.length).equals(onDisk);
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

import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { UserError } from '../errors.ts';
import { fileSink, type Sink } from './sink.ts';
import { systemReason } from './system-error.ts';

/**
 * A file that is being written. Whatever is at its place stays untouched until `finish`; a device or
 * a pipe is written directly.
 */
export interface OutputFile extends Pick<Sink, 'write'> {
  readonly path: string;
  /**
   * Puts the file in its place. Throws a UserError when it is not complete; then nothing is left of
   * it, unless what fitted is to be kept: at its place, or beside what stands there.
   */
  finish(): Promise<void>;
  /** Leaves no trace of it, if it is not finished. */
  discard(): Promise<void>;
}

export interface OutputFileOptions {
  readonly gzip: boolean;
  /** Part of it is worth having. */
  readonly keepPartial: boolean;
}

interface Place {
  readonly target: string;
  /** The new file until it is finished, beside its target; a device has none. */
  readonly scratch?: string;
  /** The file that it replaces: the new one belongs to the same and is as private. */
  readonly replaces?: Pick<Stats, 'mode' | 'uid' | 'gid'>;
}

/** Opens `path` for writing. Throws a UserError when that is impossible. */
export async function openOutput(path: string, options: OutputFileOptions): Promise<OutputFile> {
  try {
    const place = placeFor(path);
    const fd = place.scratch ? openNew(place.scratch, place.replaces) : openDevice(place.target);
    const isPlain = place.scratch && !options.gzip;
    // Streams take longer to load than a small picture to be written.
    const sink = isPlain
      ? fileSink(fd)
      : (await import('./stream-sink.ts')).streamSink(fd, options);
    return outputFile({ path, place, sink, ...options });
  } catch (error) {
    throw unwritable(path, error);
  }
}

function placeFor(path: string): Place {
  const existing = statSync(path, { throwIfNoEntry: false });
  if (!existing) {
    const linked = linkedFrom(path);
    return linked === undefined ? { target: path, scratch: scratchBeside(path) } : placeFor(linked);
  }
  accessSync(path, constants.W_OK);
  if (!existing.isFile()) return { target: path };
  const target = realpathSync(path);
  return { target, scratch: scratchBeside(target), replaces: existing };
}

/** Where a link leads to that leads to nothing yet; undefined for what is no link. */
function linkedFrom(path: string): string | undefined {
  let target: string;
  try {
    target = readlinkSync(path);
  } catch {
    return undefined;
  }
  // Not normalised: what lies before a `..` may be a link, too.
  return isAbsolute(target) ? target : `${dirname(path)}/${target}`;
}

/** Throws at once for a pipe that nobody reads, where an ordinary open would wait, for ever perhaps. */
function openDevice(path: string): number {
  const probe = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  try {
    return openSync(path, 'w');
  } finally {
    closeSync(probe);
  }
}

/** Leaves nothing behind where it throws. */
function openNew(path: string, replaces: Place['replaces']): number {
  const fd = openSync(path, 'wx');
  try {
    if (replaces) takeAfter(fd, replaces);
    return fd;
  } catch (error) {
    closeSync(fd);
    rmSync(path);
    throw error;
  }
}

function takeAfter(fd: number, { mode, uid, gid }: NonNullable<Place['replaces']>): void {
  fchmodSync(fd, mode & 0o777);
  // Only root may give files away; anybody else replaces his own.
  if (process.getuid?.() === 0) giveAway(fd, uid, gid);
}

/** To the owner of the file before; root of a container cannot give to everybody, and keeps it then as others do. */
function giveAway(fd: number, uid: number, gid: number): void {
  try {
    fchownSync(fd, uid, gid);
  } catch (error) {
    if (!['EPERM', 'EINVAL'].includes((error as NodeJS.ErrnoException).code!)) throw error;
  }
}

/** A name that is not taken; opening tells if it is. */
function scratchBeside(target: string): string {
  return join(dirname(target), `.memstacks-${Math.random().toString(36).slice(2)}.tmp`);
}

interface Opened extends OutputFileOptions {
  readonly path: string;
  readonly place: Place;
  readonly sink: Sink;
}

function outputFile(opened: Opened): OutputFile {
  const { path, sink } = opened;
  let settled = false;
  return {
    path,
    write: sink.write,
    async finish() {
      const failure = await sink.end();
      settled = true;
      settle(opened, failure);
    },
    async discard() {
      if (settled) return;
      await sink.destroy();
      removeScratch(opened.place);
    },
  };
}

function settle({ path, place, keepPartial }: Opened, failure: unknown): void {
  if (failure === undefined) {
    try {
      if (place.scratch) renameSync(place.scratch, place.target);
      return;
    } catch (error) {
      const remark = keepPartial ? keptIn(place.scratch!) : removeScratch(place);
      throw unwritable(path, error, remark);
    }
  }
  const remark = keepPartial ? keep(place) : removeScratch(place);
  throw unwritable(path, failure, remark);
}

/** What fitted of it, if anything; a whole file is not replaced by a part of another. What to say about it. */
function keep(place: Place): string {
  const { target, scratch, replaces } = place;
  if (!scratch) return keptIn(target);
  if (statSync(scratch).size === 0) return removeScratch(place);
  const kept = replaces ? `${target}.partial` : target;
  try {
    renameSync(scratch, kept);
  } catch {
    return keptIn(scratch);
  }
  return keptIn(kept);
}

function keptIn(path: string): string {
  return `; what was written before is kept in ${path}`;
}

/** There is nothing to say about what is gone. */
function removeScratch({ scratch }: Place): '' {
  if (scratch) rmSync(scratch, { force: true });
  return '';
}

function unwritable(path: string, error: unknown, remark = ''): unknown {
  const reason = systemReason(error);
  if (!reason) return error;
  return new UserError(`cannot write ${path}: ${reason}${remark}`, 1, { cause: error });
}

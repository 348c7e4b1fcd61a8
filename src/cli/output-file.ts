import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Stats } from 'node:fs';
import {
  access,
  constants,
  type FileHandle,
  open,
  readlink,
  realpath,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { finished, pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { UserError } from '../errors.ts';
import { systemReason } from './system-error.ts';

/**
 * A file that is being written. Whatever is at its place stays untouched until `finish`; a device or
 * a pipe is written directly.
 */
export interface OutputFile {
  readonly path: string;
  /** Never rejects: after a failure it does nothing, and `finish` tells. */
  write(chunk: string | Uint8Array): Promise<void>;
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
    const place = await placeFor(path);
    const handle = await (place.scratch ? open(place.scratch, 'wx') : openDevice(place.target));
    if (place.replaces) await takeAfter(handle, place.replaces);
    return outputFile({ path, place, handle, ...options });
  } catch (error) {
    throw unwritable(path, error);
  }
}

async function placeFor(path: string): Promise<Place> {
  const existing = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (!existing) {
    const linked = await linkedFrom(path);
    return linked === undefined ? { target: path, scratch: scratchBeside(path) } : placeFor(linked);
  }
  await access(path, constants.W_OK);
  if (!existing.isFile()) return { target: path };
  const target = await realpath(path);
  return { target, scratch: scratchBeside(target), replaces: existing };
}

/** Where a link leads to that leads to nothing yet; undefined for what is no link. */
async function linkedFrom(path: string): Promise<string | undefined> {
  const target = await readlink(path).catch(() => undefined);
  // Not normalised: what lies before a `..` may be a link, too.
  return target === undefined || isAbsolute(target) ? target : `${dirname(path)}/${target}`;
}

/** Throws at once for a pipe that nobody reads, where an ordinary open would wait, for ever perhaps. */
async function openDevice(path: string): Promise<FileHandle> {
  const probe = await open(path, constants.O_WRONLY | constants.O_NONBLOCK);
  try {
    return await open(path, 'w');
  } finally {
    await probe.close();
  }
}

async function takeAfter(handle: FileHandle, { mode, uid, gid }: NonNullable<Place['replaces']>) {
  // Only root may give files away; anybody else replaces his own.
  if (process.getuid?.() === 0) await handle.chown(uid, gid);
  await handle.chmod(mode & 0o777);
}

function scratchBeside(target: string): string {
  return join(dirname(target), `.memstacks-${randomBytes(6).toString('hex')}.tmp`);
}

interface Opened extends OutputFileOptions {
  readonly path: string;
  readonly place: Place;
  readonly handle: FileHandle;
}

function outputFile(opened: Opened): OutputFile {
  const { path, handle } = opened;
  const file = handle.createWriteStream();
  const gzip = opened.gzip ? createGzip() : undefined;
  const head = gzip ?? file;
  const written = gzip ? pipeline(gzip, file) : finished(file);
  const ended = written.then(
    () => undefined,
    (error: unknown) => error,
  );
  let settled = false;
  return {
    path,
    async write(chunk) {
      if (head.destroyed || head.write(chunk)) return;
      await Promise.race([once(head, 'drain').catch(() => {}), ended]);
    },
    async finish() {
      if (!head.destroyed) head.end();
      const failure = await ended;
      settled = true;
      await settle(opened, failure);
    },
    async discard() {
      if (settled) return;
      head.destroy();
      await ended;
      await removeScratch(opened.place);
    },
  };
}

async function settle({ path, place, keepPartial }: Opened, failure: unknown): Promise<void> {
  if (failure === undefined) {
    try {
      if (place.scratch) await rename(place.scratch, place.target);
      return;
    } catch (error) {
      const remark = keepPartial ? keptIn(place.scratch!) : await removeScratch(place);
      throw unwritable(path, error, remark);
    }
  }
  const remark = keepPartial ? await keep(place) : await removeScratch(place);
  throw unwritable(path, failure, remark);
}

/** What fitted of it, if anything; a whole file is not replaced by a part of another. What to say about it. */
async function keep(place: Place): Promise<string> {
  const { target, scratch, replaces } = place;
  if (!scratch) return keptIn(target);
  if ((await stat(scratch)).size === 0) return removeScratch(place);
  const kept = replaces ? `${target}.partial` : target;
  return rename(scratch, kept).then(
    () => keptIn(kept),
    () => keptIn(scratch),
  );
}

function keptIn(path: string): string {
  return `; what was written before is kept in ${path}`;
}

/** There is nothing to say about what is gone. */
async function removeScratch({ scratch }: Place): Promise<''> {
  if (scratch) await rm(scratch, { force: true });
  return '';
}

function unwritable(path: string, error: unknown, remark = ''): unknown {
  const reason = systemReason(error);
  if (!reason) return error;
  return new UserError(`cannot write ${path}: ${reason}${remark}`, 1, { cause: error });
}

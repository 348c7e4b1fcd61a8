import { createReadStream } from 'node:fs';
import { readCapture } from '../capture/reader.ts';
import { isCapture } from '../capture.ts';
import { type CollapsedInput, readCollapsed } from '../collapsed/reader.ts';
import { isHtml, isSvg } from '../embedded.ts';
import { UserError } from '../errors.ts';
import type { ResidentChoice } from '../fold/resident.ts';
import type { FrameChoice } from '../fold/stack-tree.ts';
import { foldOtherViews, foldView, naturalView, type View, views } from '../fold/views.ts';
import { ProfileBuilder } from '../profile/builder.ts';
import type { Unit } from '../units.ts';
import { foreignKind } from './foreign.ts';
import { single } from './numbers.ts';
import { type Bytes, type Peeked, peek } from './peek.ts';
import type { Source } from './pictures.ts';
import { RegularFile, regularFile } from './regular-file.ts';
import { readStacksFile, type Threads } from './stacks-file.ts';
import { systemReason } from './system-error.ts';

/** The view that an option names. Throws a UserError when it was given more than once. */
export function viewOf(value: string | readonly string[] | undefined): View | undefined {
  const name = single(value, '--view');
  return views.find((view) => view === name);
}

export interface InputOptions {
  /** Of a capture. Default: unfreed where the capture has frees. */
  readonly view: View | undefined;
  /** Of a capture. */
  readonly frames: FrameChoice;
  /** Of a capture of page faults. */
  readonly resident?: ResidentChoice;
  /** Of collapsed stacks, which do not say what they count. */
  readonly unit: Unit;
  /** For a large file of collapsed stacks. Default: as many as there is use for. */
  readonly threads?: Threads;
  /** An empty file is one without stacks, which is said; it is refused unless this is set. */
  readonly mayBeEmpty?: boolean;
}

export interface Input extends Source {
  /** Lines that were not understood. */
  readonly warnings: readonly string[];
}

/**
 * Reads a capture, collapsed stacks, or a picture with data in it, gzipped or not, from a file; from stdin without a
 * path. Throws a UserError for what cannot be read.
 */
export async function readInput(path: string | undefined, options: InputOptions): Promise<Input> {
  // yargs hands a `-` over as an empty text.
  const name = path || 'stdin';
  if (!path && process.stdin.isTTY)
    throw new UserError('name a file to read, or pipe one in; see --help', 2);
  let file: RegularFile | undefined;
  try {
    file = regularFile(path || undefined);
    const cut: string[] = [];
    const bytes = await unzipped(file ?? streamOf(path), () =>
      cut.push(`${name}: the gzip data ends early`),
    );
    const start = await peek(bytes);
    if (cut.length > 0 && start.first.length === 0)
      throw new UserError('the gzip data ends before there is anything in it');
    const { warnings, ...source } = await parse(start, name, options);
    return { ...source, warnings: [...cut, ...warnings] };
  } catch (error) {
    throw unreadable(name, error);
  } finally {
    file?.close();
  }
}

function streamOf(path: string | undefined): Bytes {
  return path ? createReadStream(path) : process.stdin;
}

async function parse({ first, all }: Peeked, name: string, options: InputOptions): Promise<Input> {
  const { unit, threads } = options;
  if (isCapture(first)) {
    const capture = await readCapture(all);
    refuseOptionsOfPages(options, options.view ?? naturalView(capture));
    return {
      profile: foldView(capture, options),
      otherViews: () => foldOtherViews(capture, options),
      warnings: [],
    };
  }
  if (isSvg(first) || isHtml(first)) return readViews({ first, all }, options);
  const foreign = foreignKind(first);
  if (foreign !== undefined) throw new UserError(`this is ${foreign}`);
  refuseOptionsOfCaptures(options, 'a file of collapsed stacks');
  const column = { unit, column: unit === 'count' ? 'samples' : unit };
  if (first.length === 0) refuseEmpty(name);
  if (first.length === 0 && options.mayBeEmpty) {
    return {
      profile: new ProfileBuilder([{ name: column.column, unit }]).build({}),
      warnings: [`${name} is empty: taken for stacks of which there are none`],
    };
  }
  const isFile = all instanceof RegularFile;
  const input = await (isFile ? readStacksFile(all, column, threads) : readCollapsed(all, column));
  return { profile: input.profile, warnings: skippedLines(input, name) };
}

/** Of all files only collapsed stacks are empty when nothing was allocated. */
function refuseEmpty(name: string): void {
  const [, suffix] = /\.(capture|svg|html)(?:\.gz)?$/i.exec(name) ?? [];
  if (suffix === undefined) return;
  throw new UserError(
    `it is empty, which no .${suffix} file is that was written whole: make it again`,
  );
}

/** Of a page with several views one is chosen as of a capture. */
async function readViews(picture: Peeked, options: InputOptions): Promise<Input> {
  const { readPicture } = await import('./picture-input.ts');
  const views = await readPicture(picture);
  const { view } = options;
  const isChosen = view !== undefined && views.length > 1;
  refuseOptionsOfCaptures({ ...options, view: isChosen ? undefined : view }, 'a picture');
  const profile = isChosen ? views.find(({ meta }) => meta.view === view) : views[0];
  if (profile === undefined) throw new UserError(`this page has no view "${view}"`, 2);
  return {
    profile,
    otherViews: () => views.filter((other) => other !== profile),
    warnings: [],
  };
}

function refuseOptionsOfPages({ resident = {} }: InputOptions, view: View): void {
  if (view !== 'resident' && (resident.bytes || resident.kinds))
    throw new UserError('--bytes, --anon, --file and --shmem need --view resident', 2);
}

function refuseOptionsOfCaptures(options: InputOptions, what: string): void {
  const { view, frames, resident = {} } = options;
  if (view) throw new UserError(`--view needs a capture: ${what} has one view`, 2);
  if (frames.addresses)
    throw new UserError(`--addresses needs a capture: ${what} has names only`, 2);
  if (resident.bytes || resident.kinds)
    throw new UserError('--bytes, --anon, --file and --shmem need a capture of page faults', 2);
  if (frames.hideAllocator)
    throw new UserError(`--hide-allocator needs a capture: ${what} does not tell the allocator`, 2);
}

function skippedLines({ skipped, skippedLines }: CollapsedInput, name: string): string[] {
  const lines = skipped.map(({ line, why, text }) => `${name}:${line}: skipped: ${why}: ${text}`);
  const more = skippedLines - skipped.length;
  return more > 0 ? [...lines, `${name}: ${more} more lines skipped`] : lines;
}

async function unzipped(bytes: Bytes, onCut: () => void): Promise<Bytes> {
  const { first, all } = await peek(bytes);
  const isPacked = first[0] === 0x1f && first[1] === 0x8b;
  return isPacked ? (await import('./gunzip.ts')).gunzipped(all, onCut) : all;
}

function unreadable(name: string, error: unknown): unknown {
  if (error instanceof UserError)
    return new UserError(`${name}: ${error.message}`, error.exitCode, { cause: error });
  const isZlib = error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
  const reason = isZlib ? `broken gzip data: ${error.message}` : systemReason(error);
  return reason ? new UserError(`cannot read ${name}: ${reason}`, 1, { cause: error }) : error;
}

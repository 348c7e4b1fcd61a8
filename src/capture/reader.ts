import type {
  Capture,
  CaptureEnd,
  CaptureFrame,
  CaptureHeader,
  CaptureModule,
  CaptureProcess,
  MapStack,
} from '../capture.ts';
import { UserError } from '../errors.ts';
import { forEachLine } from '../lines.ts';
import { FaultsReader } from './faults-reader.ts';
import { type CaptureLine, count, has, malformed, parseLine } from './line.ts';
import {
  parseEnd,
  parseFaultStack,
  parseFrame,
  parseHeader,
  parseMapStack,
  parseModule,
  parseProcess,
  parseStack,
} from './parse.ts';
import { PathTable } from './paths.ts';
import { StackLineScanner } from './stack-line.ts';
import { CaptureStacks } from './stacks.ts';

/**
 * Reads a capture (plain JSON Lines). What was cut short keeps its complete lines and is
 * `truncated`. Throws a UserError, with the line's number, for anything that is not a capture, is
 * of another format version, or is malformed.
 */
export async function readCapture(chunks: AsyncIterable<Uint8Array>): Promise<Capture> {
  const reader = new CaptureReader();
  await forEachLine(chunks, (bytes, number, ended) => {
    if (reader.takeStack(bytes)) return;
    const line = parseLine(new TextDecoder().decode(bytes), number);
    if (line !== undefined) reader.take(line);
    else if (ended) throw notJson(number);
  });
  return reader.finish();
}

function notJson(number: number): UserError {
  if (number === 1) return new UserError('this is not a capture: its first line is not JSON');
  return malformed({ number, fields: {} }, 'it is not JSON');
}

/** The part of a capture that has been read. */
interface Draft {
  readonly header: CaptureHeader;
  readonly processes: CaptureProcess[];
  readonly modules: CaptureModule[];
  readonly frames: CaptureFrame[];
  readonly paths: PathTable;
  readonly stacks: CaptureStacks;
  readonly maps?: MapStack[];
  readonly faults?: FaultsReader;
  end?: CaptureEnd;
}

class CaptureReader {
  #draft: Draft | undefined;
  readonly #scanner = new StackLineScanner();

  /** Whether the line was that of a stack that allocated, as the helper writes it; it is taken then. */
  takeStack(line: Uint8Array): boolean {
    const draft = this.#draft;
    if (draft?.header.mode === undefined || draft.end !== undefined) return false;
    const stack = this.#scanner.scan(line, stackCount(draft), draft);
    if (stack === undefined) return false;
    draft.stacks.push(stack);
    return true;
  }

  take(line: CaptureLine): void {
    if (this.#draft === undefined) this.#draft = newDraft(line);
    else takeThing(this.#draft, line);
  }

  finish(): Capture {
    if (this.#draft === undefined)
      throw new UserError('this is not a capture: it is empty, or was cut within its first line');
    const { faults, paths, ...others } = this.#draft;
    const truncated = others.end === undefined;
    return {
      ...others,
      paths: paths.paths(),
      ...(faults && { faults: faults.finish() }),
      truncated,
    };
  }
}

function newDraft(line: CaptureLine): Draft {
  const header = parseHeader(line);
  return {
    header,
    processes: [],
    modules: [],
    frames: [],
    paths: new PathTable(),
    stacks: new CaptureStacks(header.mode === 'full'),
    ...(header.mmap && { maps: [] }),
    ...(header.kind !== 'heap' && { faults: new FaultsReader(line) }),
  };
}

/** The order of the questions matters: a stack has its process too, a frame its module. */
function takeThing(draft: Draft, line: CaptureLine): void {
  if (draft.end !== undefined) throw malformed(line, 'it comes after the end line');
  if (has(line, 'stack')) takeStack(draft, line);
  else if (draft.faults?.takes(line)) draft.faults.take(line);
  else if (has(line, 'end')) draft.end = parseEnd(line, draft.header);
  else if (has(line, 'frame'))
    numbered(line, 'frame', draft.frames).push(parseFrame(line, draft.modules));
  else if (has(line, 'module')) numbered(line, 'module', draft.modules).push(parseModule(line));
  else if (has(line, 'process')) takeProcess(draft, line);
  else throw malformed(line, 'it is neither a process, module, frame, stack nor the end');
}

function takeProcess({ processes, faults }: Draft, line: CaptureLine): void {
  numbered(line, 'process', processes).push(parseProcess(line));
  faults?.addProcess();
}

/** Numbers run through stacks that allocated, those that mapped memory and those that took faults. */
function takeStack(draft: Draft, line: CaptureLine): void {
  const { stacks, maps, faults } = draft;
  const number = stackCount(draft);
  expectNumber(line, 'stack', number);
  if (faults && has(line, 'faults')) faults.addStack(parseFaultStack(line, draft), number);
  else if (maps && has(line, 'mmap')) maps.push(parseMapStack(line, draft));
  else stacks.push(parseStack(line, draft));
}

function stackCount({ stacks, maps, faults }: Draft): number {
  return stacks.length + (maps?.length ?? 0) + (faults?.stackCount ?? 0);
}

/** `things`, when the line's number under `key` is the next one. */
function numbered<T>(line: CaptureLine, key: string, things: T[]): T[] {
  expectNumber(line, key, things.length);
  return things;
}

function expectNumber(line: CaptureLine, key: string, next: number): void {
  if (count(line, key) !== next) throw malformed(line, `"${key}" must be ${next}, the next number`);
}

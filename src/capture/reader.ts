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
import { CaptureStacks } from './stacks.ts';

/**
 * Reads a capture (plain JSON Lines). What was cut short keeps its complete lines and is
 * `truncated`. Throws a UserError, with the line's number, for anything that is not a capture, is
 * of another format version, or is malformed.
 */
export async function readCapture(chunks: AsyncIterable<Uint8Array>): Promise<Capture> {
  const reader = new CaptureReader();
  await forEachLine(chunks, (bytes, number, ended) => {
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
  readonly stacks: CaptureStacks;
  readonly maps?: MapStack[];
  readonly faults?: FaultsReader;
  end?: CaptureEnd;
}

class CaptureReader {
  #draft: Draft | undefined;

  take(line: CaptureLine): void {
    if (this.#draft === undefined) this.#draft = newDraft(line);
    else takeThing(this.#draft, line);
  }

  finish(): Capture {
    if (this.#draft === undefined)
      throw new UserError('this is not a capture: it is empty, or was cut within its first line');
    const { faults, ...others } = this.#draft;
    const truncated = others.end === undefined;
    return { ...others, ...(faults && { faults: faults.finish() }), truncated };
  }
}

function newDraft(line: CaptureLine): Draft {
  const header = parseHeader(line);
  return {
    header,
    processes: [],
    modules: [],
    frames: [],
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
  const others = stacks.length + (maps?.length ?? 0);
  expectNumber(line, 'stack', others + (faults?.stackCount ?? 0));
  if (faults && has(line, 'faults')) faults.addStack(parseFaultStack(line, draft), others);
  else if (maps && has(line, 'mmap')) maps.push(parseMapStack(line, draft));
  else stacks.push(parseStack(line, draft));
}

/** `things`, when the line's number under `key` is the next one. */
function numbered<T>(line: CaptureLine, key: string, things: T[]): T[] {
  expectNumber(line, key, things.length);
  return things;
}

function expectNumber(line: CaptureLine, key: string, next: number): void {
  if (count(line, key) !== next) throw malformed(line, `"${key}" must be ${next}, the next number`);
}

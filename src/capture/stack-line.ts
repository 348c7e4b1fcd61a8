import type { CaptureStack } from '../capture.ts';
import type { Known } from './parse.ts';
import { originOf, type WalkEnd, type Weight, walkEnds } from './walked-stack.ts';

/** A longer list is left to JSON.parse. */
const mostNumbers = 4096;
/** Numbers of so many digits are below 2^53 whatever they are. */
const exactDigits = 15;
const zero = 48;
const comma = 44;
const closing = 93;

const stackKey = Buffer.from('{"stack":');
const processKey = Buffer.from(',"process":');
const framesKey = Buffer.from(',"frames":[');
const allocKey = Buffer.from(',"alloc":[');
const freedKey = Buffer.from(',"freed":[');
const unfreedKey = Buffer.from(',"unfreed":[');
const cutKey = Buffer.from(',"cut":true');
const endKeys = walkEnds.map((end) => ({ end, key: Buffer.from(`,"walk_end":"${end}"`) }));
const fpFramesKey = Buffer.from(',"fp_frames":[');
const lineEnd = Buffer.from('}');

type Weights = Pick<CaptureStack, 'alloc' | 'freed' | 'unfreed'>;

/**
 * Reads lines of stacks that allocated, in the one shape in which the helper writes them: there may be a
 * million, of dozens of frames each. Whatever is not exactly so, or refers to what is not there, it leaves to
 * `parseStack`, which knows everything that may be there, and what to say of the rest.
 */
export class StackLineScanner {
  #line: Uint8Array = lineEnd;
  #at = 0;
  readonly #numbers = new Int32Array(mostNumbers);

  /** The stack of this number on a line of a capture with allocations; undefined where `parseStack` must look. */
  scan(line: Uint8Array, number: number, known: Known): CaptureStack | undefined {
    this.#line = line;
    this.#at = 0;
    if (!this.#skip(stackKey) || this.#count() !== number) return undefined;
    const process = this.#skip(processKey) ? this.#count() : -1;
    if (process < 0 || process >= known.processes.length) return undefined;
    const length = this.#skip(framesKey) ? this.#list(known.frames.length) : 0;
    const weights = length > 0 ? this.#weights(known.header.mode === 'full') : undefined;
    if (weights === undefined) return undefined;
    const walkEnd = this.#walkEnd();
    // What follows is read into the same array.
    const path = known.paths.enter(originOf(process, walkEnd), this.#numbers, length);
    const fpFrames = this.#fpFrames(length);
    if (!this.#skip(lineEnd) || this.#at !== line.length) return undefined;
    if (walkEnd === undefined && fpFrames === undefined) return { process, path, ...weights };
    return {
      process,
      path,
      ...weights,
      ...(walkEnd && { walkEnd }),
      ...(fpFrames && { fpFrames }),
    };
  }

  /** Whether the bytes stand here; what stands behind them is next, then. */
  #skip(bytes: Uint8Array): boolean {
    const line = this.#line;
    const at = this.#at;
    for (let i = 0; i < bytes.length; i++) if (line[at + i] !== bytes[i]) return false;
    this.#at = at + bytes.length;
    return true;
  }

  /** A whole number as JSON has it; -1 where there is none, or one that may not be exact. */
  #count(): number {
    const line = this.#line;
    const from = this.#at;
    let at = from;
    let value = 0;
    for (let digit = line[at]! - zero; digit >= 0 && digit <= 9; digit = line[++at]! - zero)
      value = 10 * value + digit;
    this.#at = at;
    const digits = at - from;
    const isNumber = digits === 1 || (digits > 1 && digits <= exactDigits && line[from] !== zero);
    return isNumber ? value : -1;
  }

  /** Reads numbers below a limit up to the end of their list; their number, or 0 where it is not so. */
  #list(limit: number): number {
    for (let length = 0; length < mostNumbers; this.#at++) {
      const value = this.#count();
      if (value < 0 || value >= limit) return 0;
      this.#numbers[length++] = value;
      const next = this.#line[this.#at];
      if (next === comma) continue;
      this.#at++;
      return next === closing ? length : 0;
    }
    return 0;
  }

  #weights(hasFrees: boolean): Weights | undefined {
    const alloc = this.#weight(allocKey);
    if (!hasFrees) return alloc && { alloc };
    const freed = this.#weight(freedKey);
    const unfreed = this.#weight(unfreedKey);
    return alloc && freed && unfreed && { alloc, freed, unfreed };
  }

  #weight(key: Uint8Array): Weight | undefined {
    if (!this.#skip(key)) return undefined;
    const bytes = this.#count();
    if (this.#line[this.#at++] !== comma) return undefined;
    const calls = this.#count();
    return bytes >= 0 && calls >= 0 && this.#line[this.#at++] === closing
      ? { bytes, calls }
      : undefined;
  }

  #walkEnd(): WalkEnd | undefined {
    const isCut = this.#skip(cutKey);
    const found = endKeys.find(({ key }) => this.#skip(key));
    return found?.end ?? (isCut ? 'cut' : undefined);
  }

  /** A list that is not as it should be leaves its key where the line should end. */
  #fpFrames(frames: number): readonly number[] | undefined {
    const at = this.#at;
    const length = this.#skip(fpFramesKey) ? this.#list(frames) : 0;
    if (length > 0) return Array.from(this.#numbers.subarray(0, length));
    this.#at = at;
    return undefined;
  }
}

import { type DecimalCount, endsInCount, parseCollapsedLine } from './collapsed-line.ts';
import { withoutFirstCounts, withWholeCounts } from './collapsed-repair.ts';
import { UserError } from './errors.ts';
import { forEachLine } from './lines.ts';
import type { Profile, Unit } from './profile.ts';
import { ProfileBuilder } from './profile-builder.ts';
import { StackPath } from './stack-path.ts';

/** A line that could not be read. The text is the input's: hostile, and shortened. */
export interface Skipped {
  /** Counted from 1. */
  readonly line: number;
  readonly text: string;
  readonly why: string;
}

/** What was done to make sense of the input is in `profile.meta.notes`. */
export interface CollapsedInput {
  readonly profile: Profile;
  /** The first ten. */
  readonly skipped: readonly Skipped[];
  readonly skippedLines: number;
}

const skippedKept = 10;
const skippedTextBytes = 120;

/**
 * Reads collapsed stacks as all the tools write them into a profile of one column, `samples` in
 * `count` unless told otherwise. Decimal counts become whole ones such that the total stays true.
 * When every line ends in two counts the file is a differential and the last count is taken.
 * Throws a UserError when nothing could be read, and for counts that cannot be added exactly.
 */
export async function readCollapsed(
  chunks: AsyncIterable<Uint8Array>,
  { unit = 'count', column = 'samples' }: { unit?: Unit; column?: string } = {},
): Promise<CollapsedInput> {
  const reader = new CollapsedReader({ name: column, unit });
  await forEachLine(chunks, (line, number) => reader.take(line, number));
  return reader.finish();
}

class CollapsedReader {
  readonly #builder: ProfileBuilder;
  readonly #path: StackPath;
  readonly #skipped: Skipped[] = [];
  #skippedLines = 0;
  #stackLines = 0;
  #decimalLines = 0;
  #differential = true;

  constructor(column: { name: string; unit: Unit }) {
    this.#builder = new ProfileBuilder([column, { name: 'millionths', unit: column.unit }]);
    this.#path = new StackPath(this.#builder);
  }

  take(line: Uint8Array, number: number): void {
    const parsed = parseCollapsedLine(number === 1 ? withoutByteOrderMark(line) : line);
    if (parsed.kind === 'skipped') this.#skip(line, number, parsed.why);
    if (parsed.kind !== 'stack') return;
    if (parsed.count.units > Number.MAX_SAFE_INTEGER)
      throw new UserError(`line ${number}: the count is above 2^53: scale the counts down`);
    this.#stackLines++;
    this.#differential &&= endsInCount(parsed.stack);
    this.#add(parsed.stack, parsed.count);
  }

  finish(): CollapsedInput {
    const notes = this.#notes();
    let profile = this.#builder.build(notes.length > 0 ? { notes } : {});
    if (this.#stackLines === 0) throw this.#nothing();
    if (this.#differential) profile = withoutFirstCounts(profile);
    if (this.#decimalLines > 0) profile = withWholeCounts(profile);
    if (profile.columns[0]!.self.every((weight) => weight === 0))
      throw new UserError('the counts of these collapsed stacks add up to nothing');
    return {
      profile: { ...profile, columns: profile.columns.slice(0, 1) },
      skipped: this.#skipped,
      skippedLines: this.#skippedLines,
    };
  }

  /** A stack without weight needs no node. */
  #add(stack: Uint8Array, { units, millionths }: DecimalCount): void {
    if (units === 0 && millionths === 0) return;
    const node = this.#path.node(stack);
    this.#builder.add(node, 0, units);
    if (millionths === 0) return;
    this.#builder.add(node, 1, millionths);
    this.#decimalLines++;
  }

  #skip(line: Uint8Array, number: number, why: string): void {
    this.#skippedLines++;
    if (this.#skipped.length === skippedKept) return;
    const text = new TextDecoder().decode(line.subarray(0, skippedTextBytes));
    this.#skipped.push({ line: number, text, why });
  }

  #notes(): string[] {
    const notes: string[] = [];
    if (this.#differential) notes.push('two counts a line (a differential): the last one is taken');
    if (this.#decimalLines > 0)
      notes.push(`${this.#decimalLines} decimal counts, made whole such that the total stays true`);
    return notes;
  }

  #nothing(): UserError {
    const first = this.#skipped[0];
    const found =
      first === undefined ? 'it is empty, or all comments' : `line ${first.line}: ${first.why}`;
    return new UserError(
      `no collapsed stacks in the input: ${found}; expected lines such as "main;work;malloc 4096"`,
    );
  }
}

function withoutByteOrderMark(line: Uint8Array): Uint8Array {
  const marked = line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf;
  return marked ? line.subarray(3) : line;
}

import { type DecimalCount, endsInCount, parseCollapsedLine } from './collapsed-line.ts';
import { withFirstCounts, withWholeCounts } from './collapsed-repair.ts';
import { UserError } from './errors.ts';
import { forEachLine } from './lines.ts';
import { type Column, type Profile, sumOf, type Unit } from './profile.ts';
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
 * When every line ends in two counts the file is a differential: the columns are `before` and `after`.
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
    this.#builder = new ProfileBuilder([
      column,
      { name: 'millionths', unit: column.unit },
      { name: 'lines', unit: 'count' },
    ]);
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
    if (this.#stackLines === 0) throw this.#nothing();
    const profile = this.#repaired(this.#builder.build());
    if (profile.columns.every((column) => sumOf(column) === 0))
      throw new UserError('the counts of these collapsed stacks add up to nothing');
    return { profile, skipped: this.#skipped, skippedLines: this.#skippedLines };
  }

  #repaired(profile: Profile): Profile {
    const counts = this.#differential
      ? withFirstCounts(profile)
      : { ...profile, columns: profile.columns.slice(0, 2) };
    const isMillionths = (_: Column, index: number) => index % 2 === 1;
    if (counts.columns.filter(isMillionths).every((column) => sumOf(column) === 0))
      return { ...counts, columns: counts.columns.filter((_, index) => index % 2 === 0) };
    const lines = this.#differential ? '' : `${this.#decimalLines} `;
    const note = `${lines}decimal counts, made whole such that the total stays true`;
    return withWholeCounts({ ...counts, meta: { ...counts.meta, notes: [note] } });
  }

  /** A stack without weight needs no node, unless another count of its line has some. */
  #add(stack: Uint8Array, { units, millionths }: DecimalCount): void {
    if (units === 0 && millionths === 0 && !this.#differential) return;
    const node = this.#path.node(stack);
    this.#builder.add(node, 0, units);
    if (this.#differential) this.#builder.add(node, 2, 1);
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

import { UserError } from '../errors.ts';
import type { Frame } from '../frame.ts';
import { withFramesOnce } from '../profile/frames-once.ts';
import { keepNames } from '../profile/names-as-read.ts';
import { type Column, type Profile, totalTooLarge } from '../profile.ts';
import { counted, type Unit } from '../units.ts';
import { frameOfText } from './name.ts';
import { PartReader } from './part-reader.ts';
import { withFirstCounts, withWholeCounts } from './repair.ts';
import type { StackTree } from './stack-tree.ts';
import type { Part, Skipped, Tally } from './tally.ts';

/** What collapsed stacks, which do not say it, count. */
export interface CollapsedColumn {
  readonly unit?: Unit;
  readonly column?: string;
}

/** Bytes of names: what is read sooner because they are kept is not worth more memory than this. */
const mostKept = 16 * 1024 * 1024;

/** What was done to make sense of the input is in `profile.meta.notes`. */
export interface CollapsedInput {
  readonly profile: Profile;
  /** The first ten. */
  readonly skipped: readonly Skipped[];
  readonly skippedLines: number;
}

/**
 * Reads collapsed stacks as all the tools write them into a profile of one column, `samples` in
 * `count` unless told otherwise. Decimal counts become whole ones such that the total stays true.
 * When every line ends in two counts the file is a differential: the columns are `before` and `after`.
 * Throws a UserError when nothing could be read, and for counts that cannot be added exactly.
 */
export async function readCollapsed(
  chunks: AsyncIterable<Uint8Array>,
  column: CollapsedColumn = {},
): Promise<CollapsedInput> {
  const reader = new PartReader(true);
  for await (const chunk of chunks) {
    for (let rest = chunk; rest.length > 0 && !reader.isRefused; ) {
      const room = reader.room();
      const piece = rest.subarray(0, room.length);
      room.set(piece);
      reader.take(piece.length);
      rest = rest.subarray(piece.length);
    }
    if (reader.isRefused) break;
  }
  return collapsedInput(reader.finish(), column);
}

/** What `readCollapsed` gives and throws, of text that was read already. */
export function collapsedInput(
  { tally, tree }: Part,
  column: CollapsedColumn = {},
): CollapsedInput {
  if (tally.refused) throw new UserError(`line ${tally.refused.line}: ${tally.refused.why}`);
  if (tally.stackLines === 0) throw nothingIn(tally);
  const profile = repaired(profileOf(tree, columnsOf(tree, tally, column)), tally);
  if (!profile.columns.some(hasWeight))
    throw new UserError('the counts of these collapsed stacks add up to nothing');
  const { skipped, skippedLines } = tally;
  return { profile, skipped, skippedLines };
}

/** Units; millionths if there are any; and for a differential how many lines end at each node. */
function columnsOf(
  { self, total }: StackTree,
  { millionths, differential, ends }: Tally,
  { unit = 'count', column = 'samples' }: CollapsedColumn,
): Column[] {
  const units = { name: column, unit, self };
  if (total > Number.MAX_SAFE_INTEGER) throw totalTooLarge(units);
  if (!differential && millionths.size === 0) return [units];
  const sparse = [
    { name: 'millionths', unit, self: dense(millionths, self.length) },
    { name: 'lines', unit, self: dense(ends, self.length) },
  ];
  return [units, ...sparse.slice(0, differential ? 2 : 1)];
}

function dense(sparse: ReadonlyMap<number, number>, length: number): Float64Array {
  const values = new Float64Array(length);
  for (const [node, value] of sparse) values[node] = value;
  return values;
}

function repaired(profile: Profile, { differential, decimalLines }: Tally): Profile {
  if (!differential && decimalLines === 0) return profile;
  const counts = differential ? withFirstCounts(profile) : profile;
  const isMillionths = (_: Column, index: number) => index % 2 === 1;
  if (!counts.columns.filter(isMillionths).some(hasWeight))
    return { ...counts, columns: counts.columns.filter((_, index) => index % 2 === 0) };
  const what = differential ? 'decimal counts' : counted(decimalLines, 'decimal count');
  const note = `${what}, made whole such that the total stays true`;
  return withWholeCounts({ ...counts, meta: { ...counts.meta, notes: [note] } });
}

function hasWeight({ self }: Column): boolean {
  return self.some((weight) => weight > 0);
}

function profileOf(tree: StackTree, columns: Column[]): Profile {
  const text = textOf(tree.nameBytes);
  const names = text.split(';').slice(0, -1);
  const about = { parent: tree.parent, frame: tree.name, columns, meta: {} };
  // All names at once tell it sooner than each by itself.
  if (isPlain(text)) return { frames: plainFrames(names, text, tree), ...about };
  const profile = { frames: names.map(frameOfText), ...about };
  return names.some(isAmbiguous) ? withFramesOnce(profile) : profile;
}

function textOf(bytes: Uint8Array<ArrayBuffer>): string {
  const text = Buffer.from(bytes.buffer).toString('latin1');
  const isAscii = Buffer.byteLength(text) === text.length;
  return isAscii ? text : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

function plainFrames(names: readonly string[], text: string, { nameBytes }: StackTree): Frame[] {
  const frames = names.map((name) => ({ name }));
  const isAscii = text.length === nameBytes.length;
  if (isAscii && text.length <= mostKept) keepNames(frames, nameBytes);
  return frames;
}

/** Every name is all of its frame, and no two are of the same: none is empty, ends like a mark, or was not UTF-8. */
function isPlain(text: string): boolean {
  return !text.startsWith(';') && ![';;', '];', '\ufffd'].some((sign) => text.includes(sign));
}

/** Other bytes may stand for the same frame: what is not UTF-8, marks in another order, no name at all. */
function isAmbiguous(name: string): boolean {
  if (name === '' || name.includes('\ufffd')) return true;
  return name.endsWith(']') && (name === '[empty]' || /_\[.\]_\[.\]$/s.test(name));
}

function nothingIn({ skipped }: Tally): UserError {
  const first = skipped[0];
  const found =
    first === undefined ? 'it is empty, or all comments' : `line ${first.line}: ${first.why}`;
  return new UserError(
    `no collapsed stacks in the input: ${found}; expected lines such as "main;work;malloc 4096"`,
  );
}

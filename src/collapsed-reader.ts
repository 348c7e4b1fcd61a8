import { PartReader } from './collapsed/part-reader.ts';
import type { StackTree } from './collapsed/stack-tree.ts';
import type { Part, Skipped, Tally } from './collapsed/tally.ts';
import { frameOfText } from './collapsed-name.ts';
import { withoutFirstCounts, withWholeCounts } from './collapsed-repair.ts';
import { UserError } from './errors.ts';
import { type Column, type Profile, totalTooLarge, type Unit } from './profile.ts';
import { ProfileBuilder } from './profile-builder.ts';

/** What collapsed stacks, which do not say it, count. */
export interface CollapsedColumn {
  readonly unit?: Unit;
  readonly column?: string;
}

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
 * When every line ends in two counts the file is a differential and the last count is taken.
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
  const notes = notesOn(tally);
  let profile = profileOf(tree, columnsOf(tree, tally, column), notes);
  if (tally.differential) profile = withoutFirstCounts(profile);
  if (tally.decimalLines > 0) profile = withWholeCounts(profile);
  if (profile.columns[0]!.self.every((weight) => weight === 0))
    throw new UserError('the counts of these collapsed stacks add up to nothing');
  const { skipped, skippedLines } = tally;
  return { profile, skipped, skippedLines };
}

/** Units, and millionths if there are decimal counts. */
function columnsOf(
  { self }: StackTree,
  { millionths }: Tally,
  { unit = 'count', column = 'samples' }: CollapsedColumn,
): Column[] {
  const units = { name: column, unit, self };
  if (self.reduce((sum, weight) => sum + weight, 0) > Number.MAX_SAFE_INTEGER)
    throw totalTooLarge(units);
  if (millionths.size === 0) return [units];
  const parts = new Float64Array(self.length);
  for (const [node, value] of millionths) parts[node] = value;
  return [units, { name: 'millionths', unit, self: parts }];
}

function profileOf(tree: StackTree, columns: Column[], notes: readonly string[]): Profile {
  const names = namesIn(tree);
  const profile = {
    frames: names.map(frameOfText),
    parent: tree.parent,
    frame: tree.name,
    columns,
    meta: notes.length > 0 ? { notes } : {},
  };
  return names.some(isAmbiguous) ? withFramesOnce(profile) : profile;
}

function namesIn({ nameBytes, nameEnds }: StackTree): string[] {
  const text = Buffer.from(nameBytes.buffer).toString('latin1');
  const isAscii = !/[\x80-\xff]/.test(text);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return Array.from(nameEnds, (end, name) => {
    const start = name === 0 ? 0 : nameEnds[name - 1]!;
    return isAscii ? text.slice(start, end) : decoder.decode(nameBytes.subarray(start, end));
  });
}

/** Other bytes may stand for the same frame: what is not UTF-8, marks in another order, no name at all. */
function isAmbiguous(name: string): boolean {
  return (
    name === '' || name === '[empty]' || name.includes('\ufffd') || /_\[.\]_\[.\]$/s.test(name)
  );
}

function withFramesOnce({ frames, parent, frame, columns, meta }: Profile): Profile {
  const builder = new ProfileBuilder(columns);
  const known = frames.map((each) => builder.frame(each));
  const moved = new Int32Array(parent.length);
  for (let node = 1; node < parent.length; node++) {
    moved[node] = builder.child(moved[parent[node]!]!, known[frame[node]!]!);
    for (const [index, { self }] of columns.entries())
      builder.add(moved[node]!, index, self[node]!);
  }
  return builder.build(meta);
}

function notesOn({ differential, decimalLines }: Tally): string[] {
  return [
    ...(differential ? ['two counts a line (a differential): the last one is taken'] : []),
    ...(decimalLines > 0
      ? [`${decimalLines} decimal counts, made whole such that the total stays true`]
      : []),
  ];
}

function nothingIn({ skipped }: Tally): UserError {
  const first = skipped[0];
  const found =
    first === undefined ? 'it is empty, or all comments' : `line ${first.line}: ${first.why}`;
  return new UserError(
    `no collapsed stacks in the input: ${found}; expected lines such as "main;work;malloc 4096"`,
  );
}

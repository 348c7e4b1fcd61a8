import { partsOf, textTree } from './collapsed/text-tree.ts';
import { TextWriter } from './collapsed/text-writer.ts';
import { type Column, columnNamed, type Profile } from './profile.ts';

/**
 * Collapsed stacks as text, in chunks of UTF-8: one line per distinct stack with a weight above zero in
 * the column (the first one unless named), sorted by the code units of the stack's text. Stacks whose
 * texts are equal are one line. The grammar is the narrowest that all readers share: frames joined
 * by `;`, root first, one space, a decimal integer, a line feed; frames are as `collapsedName` says.
 */
export function writeCollapsed(profile: Profile, columnName?: string): Generator<Uint8Array> {
  const column = columnName === undefined ? profile.columns[0]! : columnNamed(profile, columnName);
  return lines(profile, [column]);
}

/**
 * The same with two counts a line, before and after, as difffolded.pl of
 * https://github.com/brendangregg/FlameGraph writes it; a stack has a line if either is above zero.
 * Throws a RangeError for a profile that is no differential.
 */
export function writeDifferential(profile: Profile): Generator<Uint8Array> {
  return lines(profile, [columnNamed(profile, 'before'), columnNamed(profile, 'after')]);
}

function* lines(profile: Profile, columns: readonly Column[]): Generator<Uint8Array> {
  const tree = textTree(profile, columns);
  const { start, parts } = partsOf(tree);
  const writer = new TextWriter(tree.names);
  const selfs = tree.selfs;
  // Of each depth: the parts that are still to be written, and how long the text is that leads to them.
  const next = [start[0]!];
  const end = [start[1]!];
  const lengths = [0];
  for (let depth = 0; depth >= 0; ) {
    if (next[depth]! === end[depth]!) {
      depth--;
      continue;
    }
    const part = parts[next[depth]!++]!;
    const node = part >> 1;
    const length = writer.name(lengths[depth]!, tree.name[node]!);
    if (part & 1) {
      depth++;
      next[depth] = start[node]!;
      end[depth] = start[node + 1]!;
      lengths[depth] = writer.separator(length);
      continue;
    }
    if (!writer.fits(length, selfs.length)) {
      const full = writer.take(length, selfs.length);
      if (full !== undefined) yield full;
    }
    writer.begin(length);
    for (let column = 0; column < selfs.length; column++) writer.count(selfs[column]![node]!);
    writer.endLine();
  }
  const rest = writer.take();
  if (rest !== undefined) yield rest;
}

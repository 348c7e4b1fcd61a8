import { isBelow, isLast, partsOf, textTree } from './collapsed/text-tree.ts';
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
  const parts = partsOf(tree);
  const writer = new TextWriter(tree.names);
  const selfs = tree.selfs;
  // Of each depth: the part that is to be written next, none at -1, and how long the text is that leads to it.
  const next = [parts.length > 0 ? 0 : -1];
  const lengths = [0];
  for (let depth = 0; depth >= 0; ) {
    const at = next[depth]!;
    if (at < 0) {
      depth--;
      continue;
    }
    const part = parts[at]!;
    const place = parts[at + 1]!;
    next[depth] = part & isLast ? -1 : at + 2;
    const length = writer.name(lengths[depth]!, part >> 2);
    if (part & isBelow) {
      depth++;
      next[depth] = place;
      lengths[depth] = writer.separator(length);
      continue;
    }
    if (!writer.fits(length, selfs.length)) {
      const full = writer.take(length, selfs.length);
      if (full !== undefined) yield full;
    }
    writer.begin(length);
    for (let column = 0; column < selfs.length; column++) writer.count(selfs[column]![place]!);
    writer.endLine();
  }
  const rest = writer.take();
  if (rest !== undefined) yield rest;
}

import { textTree } from './collapsed/text-tree.ts';
import { textLines } from './collapsed/text-writer.ts';
import { columnNamed, type Profile } from './profile.ts';

/**
 * Collapsed stacks as text, in chunks of UTF-8: one line per distinct stack with a weight above zero in
 * the column (the first one unless named), sorted by the code units of the stack's text. Stacks whose
 * texts are equal are one line. The grammar is the narrowest that all readers share: frames joined
 * by `;`, root first, one space, a decimal integer, a line feed; frames are as `collapsedName` says.
 */
export function writeCollapsed(profile: Profile, columnName?: string): Generator<Uint8Array> {
  const column = columnName === undefined ? profile.columns[0]! : columnNamed(profile, columnName);
  return textLines(textTree(profile, [column]));
}

/**
 * The same with two counts a line, before and after, as difffolded.pl of
 * https://github.com/brendangregg/FlameGraph writes it; a stack has a line if either is above zero.
 * Throws a RangeError for a profile that is no differential.
 */
export function writeDifferential(profile: Profile): Generator<Uint8Array> {
  return textLines(
    textTree(profile, [columnNamed(profile, 'before'), columnNamed(profile, 'after')]),
  );
}

import { partsOf, textTree } from './collapsed/text-tree.ts';
import { TextWriter } from './collapsed/text-writer.ts';
import { type Column, columnNamed, type NodeIndex, type Profile } from './profile.ts';

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

/** Parts of one parent that are still to be written, and how long the text is that leads to them. */
interface Waiting {
  next: number;
  readonly end: number;
  readonly length: number;
}

function* lines(profile: Profile, columns: readonly Column[]): Generator<Uint8Array> {
  const tree = textTree(profile, columns);
  const { start, parts } = partsOf(tree);
  const writer = new TextWriter(tree.names);
  const below = (node: NodeIndex, length: number): Waiting => ({
    next: start[node]!,
    end: start[node + 1]!,
    length,
  });
  const path = [below(0, 0)];
  for (let at = path.at(-1); at !== undefined; at = path.at(-1)) {
    const part = at.next < at.end ? parts[at.next++]! : -1;
    const length = part < 0 ? 0 : writer.name(at.length, tree.name[part >> 1]!);
    if (part < 0) path.pop();
    else if (part & 1) path.push(below(part >> 1, writer.separator(length)));
    else yield* writer.line(length, tree.selfs.map((self) => self[part >> 1]!).join(' '));
  }
  yield* writer.rest();
}

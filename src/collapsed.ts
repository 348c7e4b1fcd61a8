import { collapsedName } from './collapsed/name.ts';
import { type Children, childNodes, childrenOf } from './profile/children.ts';
import { type Column, columnNamed, type NodeIndex, type Profile } from './profile.ts';

const chunkLength = 65_536;

/**
 * Collapsed stacks as text, in chunks: one line per distinct stack with a weight above zero in the
 * column (the first one unless named), sorted by the code units of the stack's text. Stacks whose
 * texts are equal are one line. The grammar is the narrowest that all readers share: frames joined
 * by `;`, root first, one space, a decimal integer, a line feed; frames are as `collapsedName` says.
 */
export function* writeCollapsed(profile: Profile, columnName?: string): Generator<string> {
  const column = columnName === undefined ? profile.columns[0]! : columnNamed(profile, columnName);
  yield* inChunks(lines(profile, [column]));
}

/**
 * The same with two counts a line, before and after, as difffolded.pl of
 * https://github.com/brendangregg/FlameGraph writes it; a stack has a line if either is above zero.
 * Throws a RangeError for a profile that is no differential.
 */
export function* writeDifferential(profile: Profile): Generator<string> {
  yield* inChunks(lines(profile, [columnNamed(profile, 'before'), columnNamed(profile, 'after')]));
}

function* inChunks(texts: Iterable<string>): Generator<string> {
  let chunk = '';
  for (const line of texts) {
    chunk += line;
    if (chunk.length < chunkLength) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}

/**
 * All nodes whose stacks have the same text, as one thing to write: either the stack that ends
 * here, or everything below it. The two sort apart: of siblings `b` and `b.x`, the line of `b` comes
 * first and the lines below `b` last, for `;` is above `.`.
 */
interface Part {
  readonly text: string;
  readonly nodes: readonly NodeIndex[];
  readonly ends: boolean;
}

function* lines(profile: Profile, columns: readonly Column[]): Generator<string> {
  const names = profile.frames.map(collapsedName);
  const tree = { profile, names, children: childrenOf(profile) };
  const waiting: Part[] = [{ text: '', nodes: [0], ends: false }];
  for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
    if (part.ends) yield lineOf(part, columns);
    else for (const below of partsBelow(part, tree)) waiting.push(below);
  }
}

function lineOf({ text, nodes }: Part, columns: readonly Column[]): string {
  const weights = columns.map(({ self }) => nodes.reduce((sum, node) => sum + self[node]!, 0));
  return weights.some((weight) => weight > 0) ? `${text} ${weights.join(' ')}\n` : '';
}

interface NamedTree {
  readonly profile: Profile;
  /** Of each frame, as written. */
  readonly names: readonly string[];
  readonly children: Children;
}

/** Last to be written first. Only the frame's own text is compared: what is before it is the same. */
function partsBelow(part: Part, tree: NamedTree): Part[] {
  const sortable: { key: string; part: Part }[] = [];
  for (const [name, nodes] of childrenByName(part.nodes, tree)) {
    const text = part.text + name;
    sortable.push({ key: name, part: { text, nodes, ends: true } });
    if (nodes.some((node) => childNodes(tree.children, node).length > 0))
      sortable.push({ key: `${name};`, part: { text: `${text};`, nodes, ends: false } });
  }
  return sortable.sort((a, b) => (a.key < b.key ? 1 : -1)).map(({ part }) => part);
}

function childrenByName(
  parents: readonly NodeIndex[],
  { profile, names, children }: NamedTree,
): Map<string, NodeIndex[]> {
  const byName = new Map<string, NodeIndex[]>();
  for (const parent of parents) {
    for (const node of childNodes(children, parent)) {
      const name = names[profile.frame[node]!]!;
      const same = byName.get(name);
      if (same === undefined) byName.set(name, [node]);
      else same.push(node);
    }
  }
  return byName;
}

import type { NodeIndex } from '../../profile.ts';
import type { Change } from '../change-amounts.ts';
import type { Tree } from '../layout.ts';

export interface Searchable {
  readonly tree: Tree;
  /** Per node, an index into `texts`; -1 for what is no function. */
  readonly frame: Int32Array;
  /** What the search looks at, per frame: its name, and what else is known of it. */
  readonly texts: readonly (readonly [name: string, details: string])[];
  /** Of a differential. */
  readonly changeAt?: (node: NodeIndex) => Change;
}

export interface Found {
  /** What matches, in the order of the picture: from below, then from the left. */
  readonly nodes: readonly NodeIndex[];
  /** So many more match and have no width: what vanished, where the widths are those of after. */
  readonly unseen: number;
  /** Weight of the matches, where one stands on another only that of the lower. */
  readonly weight: number;
  /** Matches that stand on no other one. */
  readonly outer: readonly NodeIndex[];
  /** Per node, whether it or anything that it calls matches; undefined where nothing does. */
  readonly reach: Uint8Array | undefined;
}

export const nothing: Found = { nodes: [], unseen: 0, outer: [], weight: 0, reach: undefined };

/** All functions that match, also those that are too narrow to be drawn. */
export function find({ tree, frame, texts, changeAt }: Searchable, matcher: RegExp): Found {
  const hits = texts.map(
    ([name, more]) => matcher.test(name) || (more !== '' && matcher.test(more)),
  );
  const { parent, total } = tree;
  const isWeighty = (node: NodeIndex): boolean => {
    const { before, after } = changeAt?.(node) ?? { before: total[node]!, after: 0 };
    return before + after > 0;
  };
  const isHit = (node: NodeIndex): boolean =>
    frame[node]! >= 0 && hits[frame[node]!]! && isWeighty(node);
  let unseen = 0;
  const covered = new Uint8Array(parent.length);
  const reach = new Uint8Array(parent.length);
  const outer: NodeIndex[] = [];
  for (let node = 0; node < parent.length; node++) {
    const below = node > 0 && covered[parent[node]!] === 1;
    const hit = isHit(node);
    covered[node] = below || hit ? 1 : 0;
    if (!hit) continue;
    if (!below) outer.push(node);
    if (total[node]! > 0) reach[node] = 2;
    else unseen++;
  }
  for (let node = parent.length - 1; node > 0; node--)
    if (reach[node]! > 0) reach[parent[node]!]! ||= 1;
  const weight = outer.reduce((sum, node) => sum + total[node]!, 0);
  return { nodes: inDrawingOrder({ tree }, reach), unseen, outer, weight, reach };
}

/** Those with 2 in `reach`; subtrees with 0 are not walked. */
function inDrawingOrder({ tree }: Pick<Searchable, 'tree'>, reach: Uint8Array): NodeIndex[] {
  const nodes: NodeIndex[] = [];
  const pending: NodeIndex[] = reach[0] === 0 ? [] : [0];
  const { start, nodes: children } = tree.children;
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (reach[node] === 2) nodes.push(node);
    const below = children.slice(start[node], start[node + 1]).filter((each) => reach[each]! > 0);
    below.sort((a, b) => tree.compare(b, a));
    for (const each of below) pending.push(each);
  }
  return nodes;
}

import type { PageData } from './data.ts';
import type { Tree } from './tree.ts';

/** A node by the names of its stack, root first: it means the same in another view. */
export type FramePath = readonly string[];

/** Characters of a name that are enough to find it again. */
const longestName = 100;

/** The path to a node; empty for the root. */
export function pathTo(tree: Tree, data: PageData, node: number): FramePath {
  const path: string[] = [];
  for (let at = node; tree.parent[at]! >= 0; at = tree.parent[at]!)
    path.push(stepTo(tree, data, at));
  return path.reverse();
}

/** The node at the end of a path, or as far as there is one. */
export function nodeAt(tree: Tree, data: PageData, path: FramePath): number {
  let node = 0;
  for (const step of path) {
    const next = childAt(tree, data, { node, step });
    if (next === undefined) return node;
    node = next;
  }
  return node;
}

function childAt(tree: Tree, data: PageData, { node, step }: { node: number; step: string }) {
  const [, name = step, place = '1'] = /^(.*)~(\d+)$/s.exec(step) ?? [];
  let before = 0;
  return tree
    .children(node)
    .find((child) => shortName(tree, data, child) === name && ++before === Number(place));
}

/** The start of a frame's name; `~2` after it where it is the second sibling called so. */
function stepTo(tree: Tree, data: PageData, node: number): string {
  const name = shortName(tree, data, node);
  let place = 1;
  for (const sibling of tree.children(tree.parent[node]!)) {
    if (sibling === node) break;
    if (shortName(tree, data, sibling) === name) place++;
  }
  return place === 1 ? name : `${name}~${place}`;
}

/** Without a `~`, which has a meaning of its own; a lone one is an empty name. */
function shortName({ frame }: Tree, { frames, functions }: PageData, node: number): string {
  const name = functions.name[frames.function[frame[node]!]!]!;
  // By characters, for half of one is no text.
  const characters = Array.from(name.slice(0, 2 * longestName)).slice(0, longestName);
  return characters.join('').replaceAll('~', '-') || '~';
}

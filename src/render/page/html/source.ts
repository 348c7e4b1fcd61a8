import type { PageData, PageView } from '../../page-data.ts';
import { flatTree, type Nodes } from './tree.ts';

/** The page's data, ready for use. */
export interface Source {
  readonly data: PageData;
  /** Of all views together. */
  readonly nodes: Nodes;
}

/** Reads what an element holds: base64 of deflated JSON. Rejects where it is damaged. */
export async function readSource(element: { textContent: string | null }): Promise<Source> {
  const bytes = Uint8Array.from(atob(element.textContent ?? ''), (each) => each.charCodeAt(0));
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const data = JSON.parse(await new Response(inflated).text()) as PageData;
  return { data, nodes: nodesOf(data) };
}

/** Parents and ends from depths. */
export function nodesOf({ nodes: { depth, frame } }: PageData): Nodes {
  const count = depth.length;
  const parent = new Int32Array(count).fill(-1);
  const end = new Int32Array(count).fill(count);
  /** The last node of each depth that is not closed yet. */
  const open: number[] = [];
  for (let node = 0; node < count; node++) {
    while (open.length > depth[node]!) end[open.pop()!] = node;
    parent[node] = open.at(-1) ?? -1;
    open.push(node);
  }
  return { parent, end, frame: Int32Array.from(frame) };
}

/** The tree of one view, from the root. */
export function treeOfView({ nodes }: Source, { columns }: PageView) {
  return flatTree(
    nodes,
    columns.map(({ self }) => Float64Array.from(self)),
  );
}

import type { PageData, PageView } from '../../page-data.ts';
import { flatTree, type Nodes, nodesOf } from './tree.ts';

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
  return { data, nodes: nodesOf(data.nodes.depth, data.nodes.frame) };
}

/** The tree of one view, from the root. */
export function treeOfView({ nodes }: Source, { columns }: PageView) {
  return flatTree(
    nodes,
    columns.map(({ self }) => Float64Array.from(self)),
  );
}

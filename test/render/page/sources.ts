import type { Source } from '../../../src/render/page/html/source.ts';
import { nodesOf } from '../../../src/render/page/html/tree.ts';
import { dataIn, heapView, htmlOf } from '../pages.ts';
import type { Stacks } from '../profiles.ts';

/** What the page of these stacks reads, of a view with bytes and calls. */
export function sourceOf(stacks: Stacks): Source {
  const data = dataIn(htmlOf(heapView('all', stacks)));
  return { data, nodes: nodesOf(data.nodes.depth, data.nodes.frame) };
}

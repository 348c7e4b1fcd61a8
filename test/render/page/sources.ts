import type { Model } from '../../../src/render/page/html/model.ts';
import type { Source } from '../../../src/render/page/html/source.ts';
import { heapView, htmlOf, sourceIn } from '../pages.ts';
import type { Stacks } from '../profiles.ts';

/** What the page of these stacks reads, of a view with bytes and calls. */
export function sourceOf(stacks: Stacks): Source {
  return sourceIn(htmlOf(heapView('all', stacks)));
}

/** Of the stack that a node is on, root first. */
export function namesTo({ source, tree }: Model, node: number): string[] {
  const { frames, functions } = source.data;
  const names: string[] = [];
  for (let at = node; at > 0; at = tree.parent[at]!)
    names.push(functions.name[frames.function[tree.frame[at]!]!]!);
  return names.reverse();
}

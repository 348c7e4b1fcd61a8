import type { Source } from '../../../src/render/page/html/source.ts';
import { heapView, htmlOf, sourceIn } from '../pages.ts';
import type { Stacks } from '../profiles.ts';

/** What the page of these stacks reads, of a view with bytes and calls. */
export function sourceOf(stacks: Stacks): Source {
  return sourceIn(htmlOf(heapView('all', stacks)));
}

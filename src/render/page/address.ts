import { childNodes } from '../../profile/children.ts';
import type { NodeIndex } from '../../profile.ts';
import type { Target } from '../layout.ts';
import type { Model } from './model.ts';
import type { Query } from './query.ts';

/** What the address of a picture keeps of its view. */
export interface Place {
  readonly target: Target;
  readonly query: Query;
}

/** Browsers give up at about a million characters; tickets far earlier. */
const longest = 60_000;

/**
 * `#zoom=main;work~2&lighter=512&search=malloc&regexp&case`, names escaped, so that it holds for another
 * width and another picture of the same program. Undefined where that would be too long to be of use.
 */
export function addressOf(model: Model, { target, query }: Place): string | undefined {
  const parts: string[] = [];
  const path = pathOf(model, target.node);
  if (path.length > 0) parts.push(`zoom=${path.join(';')}`);
  if (target.lighterThan !== undefined) parts.push(`lighter=${target.lighterThan}`);
  if (query.text !== '') parts.push(`search=${encoded(query.text)}`);
  if (query.text !== '' && query.isRegExp) parts.push('regexp');
  if (query.text !== '' && query.isCaseSensitive) parts.push('case');
  const address = parts.length === 0 ? '' : `#${parts.join('&')}`;
  return address.length > longest ? undefined : address;
}

function pathOf(model: Model, node: NodeIndex): string[] {
  const steps: string[] = [];
  for (let at = node; at > 0; at = model.tree.parent[at]!) steps.push(stepTo(model, at));
  return steps.reverse();
}

/** The name, encoded; `~2` after it for the second sibling called so, unless that is the heaviest. */
function stepTo(model: Model, node: NodeIndex): string {
  const { tree, frame, texts } = model;
  const name = texts[frame[node]!]?.[0] ?? '';
  const step = encoded(name).replaceAll('~', '%7E');
  const alike = calledAlike(model, tree.parent[node]!, name);
  return node === heaviestOf(model, alike) ? step : `${step}~${alike.indexOf(node) + 1}`;
}

/** What a node calls by that name, from left to right. */
function calledAlike({ tree, frame, texts }: Model, node: NodeIndex, name: string): Int32Array {
  return childNodes(tree.children, node)
    .filter((each) => texts[frame[each]!]?.[0] === name && tree.total[each]! > 0)
    .sort(tree.compare);
}

function heaviestOf({ tree }: Model, nodes: Int32Array): NodeIndex | undefined {
  return nodes.slice().sort((a, b) => tree.total[b]! - tree.total[a]!)[0];
}

/**
 * What an address says; what it names and is not there is left out, as far up as it must be. Also
 * takes the search of flamegraph.pl, `?s=`.
 */
export function placeIn(model: Model, { hash, search }: Pick<Location, 'hash' | 'search'>): Place {
  const fields = new Map(
    hash
      .slice(1)
      .split('&')
      .map((part) => [part.split('=', 1)[0]!, part.slice(part.indexOf('=') + 1)] as const),
  );
  const old = new URLSearchParams(search).get('s');
  const node = nodeAt(model, (fields.get('zoom') ?? '').split(';'));
  const lighterThan = Number(fields.get('lighter') ?? Number.NaN);
  return {
    target: lighterThan > 0 && isSplit(model, node, lighterThan) ? { node, lighterThan } : { node },
    query: {
      text: decoded(fields.get('search') ?? '') || (old ?? ''),
      isRegExp: fields.has('regexp') || (!fields.has('search') && old !== null),
      isCaseSensitive: fields.has('case'),
    },
  };
}

function isSplit({ tree }: Model, node: NodeIndex, lighterThan: number): boolean {
  return childNodes(tree.children, node).some(
    (each) => tree.total[each]! > 0 && tree.total[each]! < lighterThan,
  );
}

/** A lone surrogate has no place in an address. */
function encoded(text: string): string {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, ''));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** As far as the path is there; without a place it goes by the heaviest of several with one name. */
function nodeAt(model: Model, path: readonly string[]): NodeIndex {
  let node: NodeIndex = 0;
  for (const step of path) {
    const [, name, place] = /^(.*?)(?:~(\d+))?$/s.exec(step)!;
    const alike = calledAlike(model, node, decoded(name!));
    const next = alike[Number(place) - 1] ?? heaviestOf(model, alike);
    if (next === undefined) break;
    node = next;
  }
  return node;
}

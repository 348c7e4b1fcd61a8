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
 * `#zoom=main;work&lighter=512&search=malloc&regexp&case`, names escaped, so that it holds for another
 * width and another picture of the same program. Undefined where that would be too long to be of use.
 */
export function addressOf(model: Model, { target, query }: Place): string | undefined {
  const parts: string[] = [];
  const path = pathOf(model, target.node);
  if (path.length > 0) parts.push(`zoom=${path.map(encoded).join(';')}`);
  if (target.lighterThan !== undefined) parts.push(`lighter=${target.lighterThan}`);
  if (query.text !== '') parts.push(`search=${encoded(query.text)}`);
  if (query.text !== '' && query.isRegExp) parts.push('regexp');
  if (query.text !== '' && query.isCaseSensitive) parts.push('case');
  const address = parts.length === 0 ? '' : `#${parts.join('&')}`;
  return address.length > longest ? undefined : address;
}

function pathOf({ tree, frame, texts }: Model, node: NodeIndex): string[] {
  const names: string[] = [];
  for (let at = node; at > 0; at = tree.parent[at]!) names.push(texts[frame[at]!]?.[0] ?? '');
  return names.reverse();
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
  const node = nodeAt(model, (fields.get('zoom') ?? '').split(';').map(decoded));
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

/** The heaviest where several have the name. */
function nodeAt({ tree, frame, texts }: Model, path: readonly string[]): NodeIndex {
  let node: NodeIndex = 0;
  for (const name of path) {
    const called = childNodes(tree.children, node).filter(
      (each) => texts[frame[each]!]?.[0] === name && tree.total[each]! > 0,
    );
    if (called.length === 0) break;
    node = called.reduce((best, each) => (tree.total[each]! > tree.total[best]! ? each : best));
  }
  return node;
}

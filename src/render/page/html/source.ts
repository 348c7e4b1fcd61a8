import type { Profile } from '../../../profile.ts';
import type { PageLook } from '../../page-look.ts';
import { bytesOf, profileOf } from '../embedded-profile.ts';
import { type PageData, pageData } from './data.ts';
import { flatTree, type Nodes, nodesOf } from './tree.ts';
import type { PageView } from './views.ts';

/** The page's data, ready for use. */
export interface Source {
  readonly data: PageData;
  /** Of all views together. */
  readonly nodes: Nodes;
}

/** The element with the data. */
interface Holder {
  readonly dataset: { readonly look?: string };
  querySelector(selector: string): { readonly textContent: string | null } | null;
}

/** Reads what an element holds: the look as its `data-look`, and the profile. Rejects where it is damaged. */
export async function readSource(element: Holder): Promise<Source> {
  const look = JSON.parse(element.dataset.look!) as PageLook;
  const text = element.querySelector('.memstacks-profile')?.textContent ?? '';
  return sourceOf(await readProfile(text), look);
}

/** The source that a profile is, as the text of a picture gave it. */
export function sourceOf(profile: Profile, look: PageLook): Source {
  const data = pageData(profile, look);
  return { data, nodes: nodesOf(data.nodes.depth, data.nodes.frame) };
}

async function readProfile(base64: string): Promise<Profile> {
  const packed = new Blob([bytesOf(base64)]).stream();
  const text = packed.pipeThrough(new DecompressionStream('gzip'));
  return profileOf(await new Response(text).text());
}

/** The tree of one view, from the root. */
export function treeOfView({ nodes }: Source, { self }: PageView) {
  return flatTree(nodes, self);
}

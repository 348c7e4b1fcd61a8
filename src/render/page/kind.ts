import type { Changes } from '../../profile/differential.ts';
import type { Profile } from '../../profile.ts';
import { counted, formatCount, formatIn } from '../../units.ts';
import type { PageLook } from '../document.ts';
import { type Face, flameFace } from '../face.ts';
import { type Box, type Tree, treeOf } from '../layout.ts';
import { shownOf } from '../shown.ts';
import type { Found, Searchable } from './find.ts';

/** What the script of one kind of picture knows that the others do not need. */
export interface Kind {
  /** Makes of the embedded profile what the picture shows. Throws for a profile that is not the picture's. */
  readonly again: (source: Profile, look: PageLook) => Shown;
  /** What a box as it was drawn says, where there is no profile. */
  readonly labelOf: (drawn: DrawnWords, look: PageLook) => BoxLabel;
  /** What else is known of a function, from the tooltip of its box as it was drawn; may be empty. */
  readonly detailsIn: (tooltip: readonly string[]) => string;
  /** What a search found, after `matched`. */
  readonly foundInWords: (found: Found, among: Searchable, look: PageLook) => string;
  /** The same where there is little room. */
  readonly foundBriefly: (found: Found, among: Searchable, look: PageLook) => string;
}

export interface Shown {
  readonly profile: Profile;
  readonly tree: Tree;
  readonly face: (box: Box) => Face;
  /** Of a differential. */
  readonly changes?: Changes;
}

export interface DrawnWords {
  /** The first line of the tooltip. */
  readonly words: string;
  readonly data: DOMStringMap;
}

export type BoxLabel = Pick<Face, 'name' | 'amount' | 'shortAmount' | 'change'>;

export const flame: Kind = {
  again(source, look) {
    const choice = look.flame!;
    const { profile, column } = shownOf(source, choice);
    const tree = treeOf(profile, column);
    const face = flameFace(profile, { ...look, ...choice, total: tree.total[0]! });
    return { profile, tree, face };
  },
  labelOf({ words, data }, { flame, scale }) {
    const weight = Number(data.weight) * flame!.factor;
    return { name: nameIn(words, weight), amount: formatIn(weight, scale) };
  },
  detailsIn: (tooltip) => tooltip[1] ?? '',
  foundInWords({ nodes, weight }, { tree }, { flame, scale }) {
    const share = shareOf(weight, tree.total[0]!);
    const amount = formatIn(weight * flame!.factor, scale);
    return `${share} of all: ${counted(nodes.length, 'frame')}, ${amount}`;
  },
  foundBriefly: ({ weight }, { tree }) => shareOf(weight, tree.total[0]!),
};

/** `NAME (32,768,000 bytes, 12.34%)` -> `NAME`; a name may itself hold such brackets. */
function nameIn(words: string, shownWeight: number): string {
  const end = words.lastIndexOf(` (${formatCount(Math.round(shownWeight))} `);
  return end < 0 ? words : words.slice(0, end);
}

export function shareOf(part: number, whole: number): string {
  return `${(whole === 0 ? 0 : (100 * part) / whole).toFixed(2)}%`;
}

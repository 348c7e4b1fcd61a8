import { type DiffOptions, diff } from '../../src/fold/diff.ts';
import type { Metadata } from '../../src/profile/metadata.ts';
import type { Profile } from '../../src/profile.ts';
import { svgDocument } from '../documents.ts';
import { plain } from '../fold/comparisons.ts';

import { profileOf, type Stacks } from './profiles.ts';

/** Two runs, `old` and `new`. */
export function compared(
  before: Stacks,
  after: Stacks,
  options: Partial<DiffOptions> = {},
): Profile {
  const runs = { before: [runOf('old', before)], after: [runOf('new', after)] };
  return diff(runs, { ...plain, ...options });
}

export function runOf(name: string, stacks: Stacks, metadata: Metadata = {}) {
  return { name, profile: profileOf(stacks, metadata) };
}

/** `classes: first line of the tooltip`, of every frame. */
export function shown(svg: string): string[] {
  return [...svgDocument(svg).querySelectorAll('.f')].map((group) => {
    const tooltip = group.querySelector('title')!.textContent!;
    return `${group.getAttribute('class')!.slice(2)}: ${tooltip.split('\n')[0]}`;
  });
}

/** Of the frame with that name in its tooltip; 0 where it is not drawn. */
export function widthOf(svg: string, name: string): number {
  const group = [...svgDocument(svg).querySelectorAll('.f')].find((each) =>
    each.querySelector('title')!.textContent!.startsWith(`${name} (`),
  );
  return group === undefined ? 0 : Number(group.querySelector('rect')!.getAttribute('width'));
}

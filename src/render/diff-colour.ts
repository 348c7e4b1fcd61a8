import { dots, fillOf, lines, type Pattern, type Swatch } from './swatch.ts';

/** What became of a frame, from much less to much more; each has its colour, and a pattern but for the last. */
export type Tendency =
  | 'vanished'
  | 'halved'
  | 'less'
  | 'same'
  | 'more'
  | 'doubled'
  | 'new'
  | 'noise';

const hatch: Pattern = { ...lines, colour: '#8abbf0', width: 2 };

// Blue for less and orange for more can be told apart with any kind of colour blindness. Every
// colour and every pattern on it carries black text at a contrast of 4.5 or more; a test holds them to it.
export const diffSwatches: readonly (Swatch & { readonly name: Tendency })[] = [
  { name: 'vanished', words: 'vanished', colour: '#ffffff', pattern: hatch },
  { name: 'halved', words: 'half or less', colour: '#6aa9ec', pattern: lines },
  { name: 'less', words: 'less', colour: '#b3d3f5', pattern: lines },
  { name: 'same', words: 'the same', colour: '#e4e6e8' },
  { name: 'more', words: 'more', colour: '#fbd2a0' },
  { name: 'doubled', words: 'twice or more', colour: '#f79a35' },
  { name: 'new', words: 'new', colour: '#f79a35', pattern: dots },
  { name: 'noise', words: 'noise', colour: '#cbc8c4' },
];

const fills = new Map(diffSwatches.map((swatch) => [swatch.name, fillOf(swatch)]));

/** How a tendency looks. */
export function swatchFor(tendency: Tendency): Swatch {
  return diffSwatches.find(({ name }) => name === tendency)!;
}

/** What fills a box that became so. */
export function fillFor(tendency: Tendency): string {
  return fills.get(tendency)!;
}

/**
 * What became of a weight. It is a matter of shares, not of amounts: however large one change is, the
 * others keep their colours.
 */
export function tendencyOf(before: number, after: number): Exclude<Tendency, 'noise'> {
  if (before === after) return 'same';
  if (before === 0) return 'new';
  if (after === 0) return 'vanished';
  if (after > before) return after >= 2 * before ? 'doubled' : 'more';
  return 2 * after <= before ? 'halved' : 'less';
}

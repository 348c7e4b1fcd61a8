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

interface Swatch {
  readonly tendency: Tendency;
  /** In the legend. */
  readonly words: string;
  readonly colour: string;
  /** What is drawn over the colour, so that it can be told without: SVG for an area of 8 by 8 pixels. */
  readonly pattern: string;
}

const hatch = '<path d="M-2 2l4-4M0 8l8-8M6 10l4-4"';
const dots = '<circle cx="2" cy="2" r="1.1"/><circle cx="6" cy="6" r="1.1"/>';

// Blue for less and orange for more can be told apart with any kind of colour blindness. Every
// colour and every pattern on it carries black text at a contrast of 4.5 or more; a test holds them to it.
export const swatches: readonly Swatch[] = [
  {
    tendency: 'vanished',
    words: 'vanished',
    colour: '#ffffff',
    pattern: `${hatch} stroke="#8abbf0" stroke-width="2"/>`,
  },
  {
    tendency: 'halved',
    words: 'half or less',
    colour: '#6aa9ec',
    pattern: `${hatch} stroke="#ffffff" stroke-width="1"/>`,
  },
  {
    tendency: 'less',
    words: 'less',
    colour: '#b3d3f5',
    pattern: `${hatch} stroke="#ffffff" stroke-width="1"/>`,
  },
  { tendency: 'same', words: 'the same', colour: '#e4e6e8', pattern: '' },
  { tendency: 'more', words: 'more', colour: '#fbd2a0', pattern: '' },
  { tendency: 'doubled', words: 'twice or more', colour: '#f79a35', pattern: '' },
  { tendency: 'new', words: 'new', colour: '#f79a35', pattern: `<g fill="#ffffff">${dots}</g>` },
  { tendency: 'noise', words: 'noise', colour: '#cbc8c4', pattern: '' },
];

const fills = new Map(
  swatches.map(({ tendency, colour, pattern }) => [
    tendency,
    pattern === '' ? colour : `url(#memstacks-${tendency})`,
  ]),
);

/** What fills a box: a colour, or a reference to one of `patternDefinitions`. */
export function fillFor(tendency: Tendency): string {
  return fills.get(tendency)!;
}

/** SVG that the fills refer to. */
export function patternDefinitions(): string {
  const patterned = swatches.filter(({ pattern }) => pattern !== '');
  const definitions = patterned.map(
    ({ tendency, colour, pattern }) =>
      `<pattern id="memstacks-${tendency}" width="8" height="8" patternUnits="userSpaceOnUse"><rect width="8" height="8" fill="${colour}"/>${pattern}</pattern>\n`,
  );
  return `<defs>\n${definitions.join('')}</defs>\n`;
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

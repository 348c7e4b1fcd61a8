import { type Steadiness, steadinessWords } from '../profile/steadiness.ts';
import { dots, lines, type Swatch, waves } from './swatch.ts';

/** Steady growth is what should be seen first. */
export const growthSwatches: readonly Swatch[] = [
  { name: 'steady', words: steadinessWords.steady, colour: '#f79a35', pattern: dots },
  { name: 'growing', words: steadinessWords.growing, colour: '#fbd2a0' },
  { name: 'level', words: steadinessWords.level, colour: '#e4e6e8' },
  {
    name: 'fluctuating',
    words: steadinessWords.fluctuating,
    colour: '#dccdf2',
    pattern: waves,
  },
  { name: 'shrinking', words: steadinessWords.shrinking, colour: '#b3d3f5', pattern: lines },
];

/** How a steadiness looks. */
export function growthSwatch(steadiness: Steadiness): Swatch {
  return growthSwatches.find(({ name }) => name === steadiness)!;
}

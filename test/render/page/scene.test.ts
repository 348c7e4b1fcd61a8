import { describe, expect, test } from 'vitest';
import { colorSchemes, colourOf, neutralColour } from '../../../src/render/colour.ts';
import { paintOf } from '../../../src/render/page/html/scene.ts';
import { channels, contrast } from '../colours.ts';

const papers = { light: '#ffffff', dark: '#1c1e22' } as const;

/** What a colour with so much opacity is on another. */
function over(below: string, colour: string, opacity: number): string {
  const under = channels(below);
  const mixed = channels(colour).map((each, i) => opacity * each + (1 - opacity) * under[i]!);
  return `#${mixed.map((each) => Math.round(each).toString(16).padStart(2, '0')).join('')}`;
}

/** `rgb(0 0 0 / 62%)` on another colour. */
function written(colour: string, below: string): string {
  const [red, green, blue, percent] = colour.match(/\d+/g)!.map(Number);
  const solid = [red, green, blue].map((each) => each!.toString(16).padStart(2, '0')).join('');
  return over(below, `#${solid}`, percent! / 100);
}

function contrastBetween(one: string, other: string): number {
  const [dark, light] = [contrast(one), contrast(other)].sort((a, b) => a - b);
  return light! / dark!;
}

describe.each(['light', 'dark'] as const)('on %s paper', (theme) => {
  const fills = colorSchemes().flatMap((scheme) =>
    Array.from({ length: 300 }, (_, i) => colourOf({ name: `f${i}` }, scheme)),
  );

  test('names and amounts of faded frames can be read', () => {
    const { opacity, name, amount } = paintOf({ isDark: theme === 'dark' }, { fade: true });
    for (const fill of [...fills, neutralColour, '#ffffff', '#f070f0']) {
      const box = over(papers[theme], fill, opacity);
      expect(contrastBetween(name, box)).toBeGreaterThanOrEqual(4.5);
      expect(contrastBetween(written(amount, box), box)).toBeGreaterThanOrEqual(3.8);
    }
  });
});

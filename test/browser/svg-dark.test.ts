import { expect, test } from 'vitest';
import { describeWithNeeds } from '../needs.ts';
import { contrastOf } from '../render/colours.ts';
import { compared } from '../render/diff-pictures.ts';
import { profileOf, svgOf } from '../render/profiles.ts';
import { colourAt, lacking } from './chromium.ts';
import { stacks, withPicture } from './picture.ts';

describeWithNeeds('a picture in the dark', lacking, () => {
  const at = withPicture();

  const pictures = {
    'flame graph': () => svgOf(profileOf([['main;json_parse', 3_000_000], ...stacks])),
    differential: () => svgOf(compared([['main;json_parse', 4096]], [['other', 1]])),
  };

  for (const colorScheme of ['light', 'dark'] as const)
    test.each(Object.entries(pictures))(
      `has legible labels of what is below a zoom, ${colorScheme}: %s`,
      async (_, draw) => {
        await at.open(draw(), { colorScheme });
        await at.frame('json_parse').click();
        const below = at.frame('main');
        expect(await below.evaluate((group) => getComputedStyle(group).opacity)).toBe('1');
        const { x, y, width } = (await below.boundingBox())!;
        const paper = await colourAt(at.page, { x: x + width - 30, y: y + 5 });
        for (const part of ['text', 'tspan']) {
          const ink = await below
            .locator(part)
            .evaluate((each) => getComputedStyle(each).fill.match(/\d+/g)!.map(Number));
          expect(contrastOf(ink, paper)).toBeGreaterThanOrEqual(4.5);
        }
      },
    );

  test('has light controls and texts on dark paper that was asked for, whatever the reader has', async () => {
    await at.open(svgOf(profileOf(stacks), { background: '#102010' }), { colorScheme: 'light' });
    expect(await at.fill('.paper')).toBe('rgb(16, 32, 16)');
    expect(await at.fill('.title')).toBe('rgb(230, 232, 235)');
    expect(await at.fill('.button')).toBe('rgb(53, 57, 65)');
    expect(await at.fill('.f text')).toBe('rgb(0, 0, 0)');
  });
});

import { expect, test } from 'vitest';
import { describeWithNeeds } from '../needs.ts';
import { grown } from '../render/growths.ts';
import { tooltips } from '../render/pictures.ts';
import { svgOf } from '../render/profiles.ts';
import { drawing, lacking, seenFrames } from './chromium.ts';
import { withPicture } from './picture.ts';

const histories = [
  [10, 20, 30, 40],
  [40, 40, 40, 40],
  [40, 30, 20, 10],
];
const profile = grown([
  ['main;wide', [9_000_000, 9_000_000, 9_000_000, 9_000_000]],
  ...Array.from({ length: 300 }, (_, i) => [`main;tiny_${i};deep`, histories[i % 3]!] as const),
]);

describeWithNeeds('the picture of growth in a browser', lacking, () => {
  const at = withPicture();

  test('gives room to what was gathered, in the colours of its growth', async () => {
    await at.open(svgOf(profile));
    const still = await drawing(at.page);
    await at.frame('(300 smaller frames)').click();
    expect(await at.visibleFrames()).toBe(2 + 2 * 300);
    expect(await at.frame('tiny_0').locator('rect').getAttribute('fill')).toBe(
      'url(#memstacks-steady)',
    );
    const all = tooltips(svgOf(profile, { minWidth: 0 })).filter((each) =>
      /^(tiny|deep)/.test(each),
    );
    const seen = await at.page.locator(`${seenFrames}:not(.below) > title`).allTextContents();
    expect(seen.sort()).toEqual(all.sort());
    await at.page.keyboard.press('Escape');
    expect(await drawing(at.page)).toBe(still);
  });

  test('hides by its legend what came into sight', async () => {
    await at.open(svgOf(profile));
    await at.frame('(300 smaller frames)').click();
    await at.page.locator('.legend .entry[data-frames=steady]').click();
    expect(await at.frame('tiny_0').locator('rect').isVisible()).toBe(false);
    expect(await at.frame('tiny_1').locator('rect').isVisible()).toBe(true);
  });

  test('finds all frames by their names alone', async () => {
    await at.open(svgOf(profile));
    await at.page.keyboard.press('Control+f');
    await at.page.keyboard.type('deep');
    expect(await at.found()).toBe('matched 0.10% of all: 300 frames, 0.01 MiB');
    expect(await at.hits()).toEqual(['(300 smaller frames)']);
    await at.frame('(300 smaller frames)').hover();
    expect(await at.details()).toContain(', 300 matches among them');
    await at.page.keyboard.press('Escape');
    await at.page.keyboard.press('Control+f');
    await at.page.keyboard.type('grows');
    expect(await at.found()).toContain(': 0 frames');
    await at.open(svgOf(profile, { embed: false }));
    await at.page.keyboard.press('Control+f');
    await at.page.keyboard.type('grow');
    expect(await at.found()).toContain('at least 0.00% of all: 0 frames');
  });
});

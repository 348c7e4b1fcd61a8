import { expect, test } from 'vitest';
import { diff } from '../../src/fold/diff.ts';
import { describeWithNeeds } from '../needs.ts';
import { profileOf, type Stacks, svgOf } from '../render/profiles.ts';
import { drawing, lacking, overflowing } from './chromium.ts';
import { withPicture } from './picture.ts';

const before: Stacks = [
  ['main;f(int);malloc', 4_000_000],
  ['main;old;malloc', 3_000_000],
  ['main;g;malloc', 100_000],
];
const after: Stacks = [
  ['main;f(int);malloc', 6_000_000],
  ['main;new;malloc', 1_000_000],
  ['main;g;malloc', 150_000],
];
const svg = svgOf(
  diff(
    {
      before: [{ name: 'b', profile: profileOf(before) }],
      after: [{ name: 'a', profile: profileOf(after) }],
    },
    { normalize: 'none', threshold: { amount: 0 }, matching: { by: 'all', stripHex: false } },
  ),
);

describeWithNeeds('the picture of a differential in a browser', lacking, () => {
  const at = withPicture();
  const { frame, labelOf } = at;

  test('zooms with labels that tell the change, and back to what it was', async () => {
    await at.open(svg);
    const still = await drawing(at.page);
    expect(await labelOf('g')).toBe('g');
    await frame('g').click();
    expect(await labelOf('g')).toBe('g 0.10 MiB to 0.14 MiB, +0.04 MiB, +50.0%');
    expect(await overflowing(at.page)).toEqual([]);
    await at.page.keyboard.press('Escape');
    expect(await drawing(at.page)).toBe(still);
  });

  test('says all about the frame that is pointed at', async () => {
    await at.open(svg);
    await frame('old').hover();
    expect(await at.page.locator('.total').textContent()).toBe(
      'Function: old (-2.86 MiB, vanished) total: 3,000,000 bytes before, 0 after, change -3,000,000',
    );
  });

  test('adds up before and after of what a search finds, each frame once', async () => {
    await at.open(svg);
    await at.page.keyboard.press('Control+f');
    await at.page.keyboard.type('malloc');
    const found = at.page.locator('.controls > text');
    expect(await found.textContent()).toBe(
      'matched 4 frames: 100.00% to 100.00% of all, 6.77 MiB to 6.82 MiB, +0.05 MiB, +0.7%',
    );
    await at.page.keyboard.press('Escape');
    await at.page.keyboard.press('Control+f');
    await at.page.keyboard.type('before');
    expect(await found.textContent()).toContain('matched 0 frames');
  });

  test('hides and shows what vanished from its legend, with the pointer and the keyboard', async () => {
    await at.open(svg);
    const entry = at.page.locator('.legend .entry[data-frames=vanished]');
    const isShown = () => frame('old').locator('rect').isVisible();
    expect(await isShown()).toBe(true);
    await entry.click();
    expect([await isShown(), await frame('new').locator('rect').isVisible()]).toEqual([
      false,
      true,
    ]);
    await entry.press('Enter');
    expect([await isShown(), await entry.getAttribute('aria-pressed')]).toEqual([true, 'true']);
    expect(await at.page.locator('.legend .live').count()).toBe(3);
  });

  test('rings an entry of the legend for the keyboard, not for the mouse', async () => {
    await at.open(svg);
    const entry = at.page.locator('.legend .entry.live').first();
    const ring = () =>
      entry.evaluate((each) => {
        const { outlineStyle, outlineOffset } = getComputedStyle(each);
        return outlineStyle === 'none' ? 'none' : `${outlineStyle} ${outlineOffset}`;
      });
    await entry.click();
    expect(await entry.evaluate((each) => each === document.activeElement)).toBe(true);
    expect(await ring()).toBe('none');
    await at.page.keyboard.press('Shift+Tab');
    await at.page.keyboard.press('Tab');
    expect(await ring()).toBe('solid 3px');
  });
});

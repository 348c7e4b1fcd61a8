import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { diff } from '../../src/fold/diff.ts';
import { describeWithNeeds } from '../needs.ts';
import { profileOf, type Stacks, svgOf } from '../render/profiles.ts';
import {
  chromiumPath,
  drawing,
  launch,
  openSvg,
  overflowing,
  saveScreenshot,
  seenFrames,
} from './chromium.ts';

const lacking = chromiumPath === undefined ? 'Chromium (apt-get install chromium)' : undefined;

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
  let browser: Browser;
  let page: Page;
  let errors: string[];

  beforeAll(async () => {
    browser = await launch();
  });

  afterAll(() => browser?.close());

  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await saveScreenshot(page, task.name);
    await page.context().close();
    expect(errors).toEqual([]);
  });

  async function open(): Promise<void> {
    ({ page, errors } = await openSvg(browser, svg));
  }

  const frame = (name: string) =>
    page.locator(seenFrames, { has: page.locator(`title:text("${name} (")`) }).first();
  const labelOf = (name: string) =>
    frame(name).evaluate((group) => group.querySelector('text')?.textContent ?? '');

  test('zooms with labels that tell the change, and back to what it was', async () => {
    await open();
    const still = await drawing(page);
    expect(await labelOf('g')).toBe('g');
    await frame('g').click();
    expect(await labelOf('g')).toBe('g 0.10 MiB to 0.14 MiB, +0.04 MiB, +50.0%');
    expect(await overflowing(page)).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await drawing(page)).toBe(still);
  });

  test('says all about the frame that is pointed at', async () => {
    await open();
    await frame('old').hover();
    expect(await page.locator('.total').textContent()).toBe(
      'Function: old (-2.86 MiB, vanished) total: 3,000,000 bytes before, 0 after, change -3,000,000',
    );
  });

  test('adds up before and after of what a search finds, each frame once', async () => {
    await open();
    await page.keyboard.press('Control+f');
    await page.keyboard.type('malloc');
    const found = page.locator('.controls > text');
    expect(await found.textContent()).toBe(
      'matched 4 frames: 100.00% to 100.00% of all, 6.77 MiB to 6.82 MiB, +0.05 MiB, +0.7%',
    );
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+f');
    await page.keyboard.type('before');
    expect(await found.textContent()).toContain('matched 0 frames');
  });

  test('hides and shows what vanished from its legend, with the pointer and the keyboard', async () => {
    await open();
    const entry = page.locator('.legend .entry[data-frames=vanished]');
    const isShown = () => frame('old').locator('rect').isVisible();
    expect(await isShown()).toBe(true);
    await entry.click();
    expect([await isShown(), await frame('new').locator('rect').isVisible()]).toEqual([
      false,
      true,
    ]);
    await entry.press('Enter');
    expect([await isShown(), await entry.getAttribute('aria-pressed')]).toEqual([true, 'true']);
    expect(await page.locator('.legend .live').count()).toBe(3);
  });

  test('rings an entry of the legend for the keyboard, not for the mouse', async () => {
    await open();
    const entry = page.locator('.legend .entry.live').first();
    const ring = () =>
      entry.evaluate((each) => {
        const { outlineStyle, outlineOffset } = getComputedStyle(each);
        return outlineStyle === 'none' ? 'none' : `${outlineStyle} ${outlineOffset}`;
      });
    await entry.click();
    expect(await entry.evaluate((each) => each === document.activeElement)).toBe(true);
    expect(await ring()).toBe('none');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Tab');
    expect(await ring()).toBe('solid 3px');
  });
});

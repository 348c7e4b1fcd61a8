import { expect, test, vi } from 'vitest';
import type { View } from '../../src/profile/metadata.ts';
import { describeWithNeeds } from '../needs.ts';
import { grown } from '../render/growths.ts';
import { heapView, htmlOf } from '../render/pages.ts';
import { lacking } from './chromium.ts';
import { htmlPages } from './html-page.ts';

// A busy machine takes its time.
vi.setConfig({ testTimeout: 30_000 });

const growing = grown([
  ['main;leak;malloc', [1_000_000, 2_000_000, 3_000_000, 4_000_000]],
  ['main;cache;malloc', [6_000_000, 6_000_000, 6_000_000, 6_000_000]],
]);
const html = htmlOf([growing, heapView('all', [['main;cache;malloc', 9_000_000]])]);

describeWithNeeds('the page of a trace with snapshots in a browser', lacking, () => {
  const { open, page, hash, press, table, names, pointAt } = htmlPages();

  test('tells what grows from what does not, with its rate', async () => {
    await open(html);
    expect(await pointAt(0.9, 2)).toEqual([
      'leak',
      '3.8 MiB (4,000,000 bytes)',
      '40.0% of all',
      'grows steadily: +976.6 KiB a second, grew in 4 of 4 intervals',
    ]);
    expect((await pointAt(0.1, 2)).at(-1)).toMatch(
      /^levels off: as much as at half-time, grew in 1 of 4/,
    );
    expect((await table()).map((cells) => cells.slice(0, 4))).toEqual([
      ['main', '9.5 MiB', '+976.6 KiB', '4 of 4'],
      ['malloc', '9.5 MiB', '+976.6 KiB', '4 of 4'],
      ['leak', '3.8 MiB', '+976.6 KiB', '4 of 4'],
      ['cache', '5.7 MiB', '', '1 of 4'],
    ]);
  });

  test('calls its views by words', async () => {
    const called = (view: View) => ({ ...growing, meta: { ...growing.meta, view } });
    await open(htmlOf([called('unfreed_and_mapped'), called('all_and_mmap'), called('mapped')]));
    expect(await page().locator('#views button').allTextContents()).toEqual([
      'Unfreed and mapped',
      'All and mmap',
      'Mapped',
    ]);
  });

  test('hides what does not grow', async () => {
    await open(html);
    await page().locator('#legend button', { hasText: 'levels off' }).click();
    expect(await pointAt(0.1, 2)).toEqual([]);
    expect((await pointAt(0.9, 2))[0]).toBe('leak');
    expect(await hash()).toBe('#without=level');
  });

  test('has the other views without it, and comes back', async () => {
    await open(html);
    await press('views', 'All');
    expect(await page().locator('#legend').isVisible()).toBe(false);
    expect(await names()).toEqual(['cache', 'main', 'malloc']);
    expect((await table())[0]).toHaveLength(5);
    expect((await pointAt(0.5, 2)).at(-1)).toBe('100% of all');
    await page().keyboard.press('v');
    expect(await page().locator('#legend').isVisible()).toBe(true);
    expect((await table())[0]).toHaveLength(7);
  });

  test('tells it of callers, too', async () => {
    await open(html);
    await press('shapes', 'From leaf');
    expect((await pointAt(0.9, 2)).at(-1)).toMatch(/^grows steadily/);
    expect((await pointAt(0.1, 2)).at(-1)).toMatch(/^levels off/);
  });
});

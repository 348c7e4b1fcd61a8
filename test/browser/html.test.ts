import { describe, expect, test, vi } from 'vitest';
import { describeWithNeeds } from '../needs.ts';
import { compared } from '../render/diff-pictures.ts';
import { grown } from '../render/growths.ts';
import { heapView, htmlOf } from '../render/pages.ts';
import type { Stacks } from '../render/profiles.ts';
import { colourAt, lacking } from './chromium.ts';
import { crowd, everything, htmlPages, views } from './html-page.ts';

// A busy machine takes its time.
vi.setConfig({ testTimeout: 30_000 });

const drawings = [
  ['elements', views],
  ['a canvas', [heapView('all', [...everything, ...crowd]), views[1]]],
] as const;

describeWithNeeds('the page in a browser', lacking, () => {
  const { open, page, textOf, hash, names, pointAt } = htmlPages();

  const most: Stacks = [
    ['main;a', 1000],
    ['main;b', 1023],
    ['main;c', 300_000_000],
  ];

  test('tells of a frame that the keyboard scrolls to', async () => {
    const deep = Array.from({ length: 60 }, (_, i) => `f${i}`).join(';');
    await open(htmlOf(heapView('all', [[deep, 1000]])));
    for (let i = 0; i < 50; i++) await page().keyboard.press('ArrowUp');
    // A scroll is heard of before the next picture.
    const nextPicture = () => new Promise((resolve) => requestAnimationFrame(resolve));
    for (let i = 0; i < 3; i++) await page().evaluate(nextPicture);
    expect(await page().locator('#tooltip:not([hidden])').innerText()).toMatch(/^f\d\d\n/);
  });

  test.each([
    ['long counts', heapView('all', [['main@app;fill@app', 123_456_789_012]]), '1,234,567,891'],
    ['bytes below a KiB', heapView('all', most), '1,023 bytes'],
    ['changes of as many', compared([], most), '+1,023 bytes'],
    [
      'rates of as many',
      grown(most.map(([stack, weight]) => [`${stack}`, [1, 2, 3, 4].map((at) => at * weight)])),
      '+1,023 bytes',
    ],
  ])('has room for %s in its table', async (_, profile, longest) => {
    await open(htmlOf(profile));
    const cut = await page()
      .locator('#table-rows td:not(.text)')
      .evaluateAll((cells) => cells.filter((cell) => cell.scrollWidth > cell.clientWidth).length);
    expect(await page().locator('#table-rows').innerText()).toContain(longest);
    expect(cut).toBe(0);
  });

  describe.each(drawings)('drawn with %s', (how, both) => {
    const html = htmlOf(both);

    test('draws with what it should, and says what a frame is', async () => {
      await open(html);
      expect(await page().locator('#graph canvas').count()).toBe(how === 'elements' ? 0 : 1);
      expect(await pointAt(0.5, 0)).toEqual([
        'all',
        expect.stringMatching(/^9\.5 MiB \(10,000,\d+ bytes\) in 100,\d+ calls$/),
        '100% of all',
      ]);
      expect(await pointAt(0.95, 1)).toEqual([
        'worker',
        'app',
        '976.6 KiB (1,000,000 bytes) in 10,000 calls',
        '10.0% of all',
      ]);
    });

    test('zooms into a frame, out by the frames below it, and back', async () => {
      await open(html);
      await pointAt(0.95, 1, true);
      expect(await hash()).toBe('#zoom=worker');
      expect((await pointAt(0.1, 2))[0]).toBe('json_node');
      expect((await pointAt(0.1, 2)).at(-1)).toBe('10.0% of all, 100% of the frame zoomed to');
      expect((await pointAt(0.1, 0)).slice(1)).toEqual([
        expect.stringMatching(/^9\.5 MiB \(10,000,\d+ bytes\) in 100,\d+ calls$/),
        '100% of all',
      ]);
      await pointAt(0.1, 2, true);
      expect(await hash()).toBe('#zoom=worker;json_node');
      await page().goBack();
      expect(await hash()).toBe('#zoom=worker');
      await pointAt(0.5, 0, true);
      expect(await hash()).toBe('');
      expect((await pointAt(0.95, 1))[0]).toBe('worker');
    });

    test('marks what is searched for in the graph and in the table', async () => {
      await open(html);
      await page().keyboard.press('Control+f');
      await page().keyboard.type('JSON_NODE');
      expect(await textOf('#found')).toBe('1 function, 3.8 MiB, 40.0%');
      expect(await names()).toEqual(['json_node']);
      expect(await hash()).toBe('#search=JSON_NODE');
      await page().locator('#case').click();
      expect(await textOf('#found')).toBe('0 functions, 0 bytes, 0%');
      await page().keyboard.press('Escape');
      await page().keyboard.press('Escape');
      expect(await textOf('#found')).toBe('');
    });

    test('marks frames narrower than a pixel that have matches among them, and says how many', async () => {
      const thin: Stacks = Array.from(
        { length: 100 },
        (_, i) => [`main@app;thin${i}@app;deep@app`, 5000] as const,
      );
      const stacks = [...everything, ...thin, ...(how === 'elements' ? [] : crowd)];
      await open(htmlOf([heapView('all', stacks), both[1]]));
      const share = 9_500_000 / 10_500_000;
      const gathered = () => pointAt(share - 0.01, 2);
      expect((await gathered())[0]).toMatch(/^\d+ frames narrower than a pixel$/);
      expect((await gathered()).at(-1)).toMatch(/of all$/);
      const area = (await page().locator('.stage').boundingBox())!;
      const place = { x: area.x + (share - 0.02) * area.width, y: area.y + area.height - 58 };
      const colour = () => colourAt(page(), place);
      const unmarked = await colour();
      await page().keyboard.press('/');
      await page().keyboard.type('deep');
      expect((await gathered()).at(-1)).toBe('100 matches among them');
      await page().mouse.move(1, 1);
      expect(await colour()).toEqual([247, 181, 247]);
      await page().keyboard.press('Escape');
      expect(await colour()).toEqual(unmarked);
    });

    test('goes from match to match', async () => {
      await open(html);
      await page().keyboard.press('/');
      await page().keyboard.type('json_node');
      const first = async () => (await page().locator('#tooltip div').allInnerTexts())[1];
      const at = async () => (await page().locator('#tooltip div').allInnerTexts())[2];
      await page().keyboard.press('Enter');
      expect(await first()).toBe('libjson.so');
      expect(await at()).toContain('3,000,000 bytes');
      await page().keyboard.press('Enter');
      expect(await at()).toContain('1,000,000 bytes');
      await page().keyboard.press('Enter');
      expect(await at()).toContain('3,000,000 bytes');
      await page().keyboard.press('Shift+Enter');
      expect(await at()).toContain('1,000,000 bytes');
    });

    test('walks by arrows and zooms by Enter', async () => {
      await open(html);
      for (const key of ['ArrowUp', 'ArrowUp', 'ArrowUp', 'Enter'])
        await page().keyboard.press(key);
      expect(await hash()).toBe('#zoom=main;Cache::put(int, char const*)');
    });

    test('tells nothing of a frame that was drawn for another view', async () => {
      await open(html);
      const tooltip = page().locator('#tooltip');
      for (const key of ['b', 'v', 'l', 'i', 's', 'r']) {
        await page().keyboard.press('ArrowUp');
        expect(await tooltip.isVisible()).toBe(true);
        await page().keyboard.press(key);
        expect([key, await tooltip.isVisible()]).toEqual([key, false]);
      }
    });

    test('turns over, orders by size, and comes back to a link', async () => {
      await open(html);
      await page().keyboard.press('i');
      expect((await pointAt(0.95, 1))[0]).toBe('worker');
      await page().keyboard.press('s');
      expect((await pointAt(0.05, 1))[0]).toBe('main');
      expect((await pointAt(0.05, 2))[0]).toMatch(/^(json_parse|Cache)/);
      expect(await hash()).toBe('#root=top&order=size');
      await page().reload();
      await page().waitForSelector('html.ready');
      expect((await pointAt(0.05, 1))[0]).toBe('main');
    });
  });
});

import { expect, test, vi } from 'vitest';
import { repeated } from '../fold/comparisons.ts';
import { describeWithNeeds } from '../needs.ts';
import { compared } from '../render/diff-pictures.ts';
import { htmlOf } from '../render/pages.ts';
import type { Stacks } from '../render/profiles.ts';
import { lacking } from './chromium.ts';
import { htmlPages } from './html-page.ts';

// A busy machine takes its time.
vi.setConfig({ testTimeout: 30_000 });

const before: Stacks = [
  ['main;f(int);malloc', 4_000_000],
  ['main;old;malloc', 3_000_000],
  ['main;same', 1_000_000],
];
const after: Stacks = [
  ['main;f(int);malloc', 6_000_000],
  ['main;new;malloc', 1_000_000],
  ['main;same', 1_000_000],
];
const html = htmlOf(compared(before, after));
/** Of what is new, more, the same and vanished: solid, or between the strokes of a pattern. */
const [orange, light, grey, white] = ['#f79a35', '#fbd2a0', '#e4e6e8', '#ffffff'];

describeWithNeeds('the page of a differential in a browser', lacking, () => {
  const { open, page, textOf, hash, press, background, table, names, pointAt } = htmlPages();

  /** Colours of a few pixels above the label: a pattern has more than one. */
  const coloursAt = (share: number, row: number): Promise<string[]> =>
    page()
      .locator('#graph canvas')
      .evaluate(
        (canvas: HTMLCanvasElement, at) => {
          const x = at.share * canvas.width;
          const y = canvas.height - (at.row + 1) * 20 + 1;
          const probe = document.createElement('canvas').getContext('2d', {
            willReadFrequently: true,
          })!;
          probe.drawImage(canvas, -x, -y);
          const { data } = probe.getImageData(0, 0, 16, 3);
          const found = new Set<string>();
          for (let i = 0; i < data.length; i += 4)
            found.add(
              `#${[...data.slice(i, i + 3)].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`,
            );
          return [...found];
        },
        { share, row },
      );

  test('says both totals, and what became of a frame', async () => {
    await open(html);
    expect(await textOf('.total')).toBe(
      'total: 7.63 MiB (8,000,000 bytes) before, 7.63 MiB (8,000,000 bytes) after: no change',
    );
    expect(await pointAt(0.3, 2)).toEqual([
      'f(int)',
      '+1.91 MiB, +50.0%',
      'total: 4,000,000 bytes before, 6,000,000 after, change +2,000,000',
      '54.5% of the width of all',
    ]);
    expect(await pointAt(0.95, 2)).toEqual([
      'same',
      'no change',
      'total: 1,000,000 bytes before, 1,000,000 after, change 0',
      'self: 1,000,000 bytes before, 1,000,000 after, change 0',
      '9.1% of the width of all',
    ]);
  });

  test('draws what grew, what is new, and what vanished, and hides it again', async () => {
    await open(html);
    expect(await coloursAt(0.5, 2)).toEqual([light]);
    expect(await coloursAt(0.97, 2)).toEqual([grey]);
    const [isNew, hasVanished] = [await coloursAt(0.6, 2), await coloursAt(0.85, 2)];
    expect(isNew).toContain(orange);
    expect(hasVanished).toContain(white);
    expect(Math.min(isNew.length, hasVanished.length)).toBeGreaterThan(2);
    const entry = page().locator('#legend button', { hasText: 'vanished' });
    await entry.click();
    expect(await entry.getAttribute('aria-pressed')).toBe('false');
    expect(await coloursAt(0.85, 2)).toEqual(['#000000']);
    expect(await pointAt(0.85, 2)).toEqual([]);
    expect(await hash()).toBe('#without=vanished');
    await page().reload();
    await page().waitForSelector('html.ready');
    expect(await pointAt(0.85, 2)).toEqual([]);
    await entry.press('Enter');
    expect((await pointAt(0.85, 2))[0]).toBe('old');
    expect(await hash()).toBe('');
  });

  test('switches widths', async () => {
    await open(html);
    await press('columns', 'After');
    expect((await pointAt(0.8, 2))[0]).toBe('new');
    expect((await pointAt(0.1, 1)).at(-1)).toBe('100% of all after');
    await page().keyboard.press('b');
    expect((await pointAt(0.6, 2))[0]).toBe('old');
    expect(await hash()).toBe('#by=before');
    expect(await page().locator('#widths').isVisible()).toBe(true);
  });

  test('switches between what is counted, widths staying', async () => {
    const calls = compared([['main;f', 10]], [['main;f', 30]]);
    const columns = calls.columns.map((column) => ({ ...column, unit: 'count' as const }));
    await open(htmlOf([compared(before, after), { ...calls, columns }]));
    await press('columns', 'After');
    await press('views', 'Samples');
    expect(await hash()).toBe('#view=samples&by=after');
    expect((await pointAt(0.5, 1)).slice(1)).toEqual([
      '+20, +200.0%',
      'total: 10 samples before, 30 after, change +20',
      '100% of all after',
    ]);
    expect(await names()).toEqual(['f', 'main']);
  });

  test('has a table of both sides and the change, what grew most first', async () => {
    await open(html);
    expect(await names()).toEqual(['f(int)', 'new', 'main', 'malloc', 'same', 'old']);
    expect((await table())[0]).toEqual(['f(int)', '3.8 MiB', '5.7 MiB', '+1.9 MiB', '', '', '']);
    const sort = (nth: number) => page().locator('#table-head button').nth(nth).click();
    await sort(3);
    expect((await names())[0]).toBe('old');
    await sort(1);
    expect((await names()).slice(0, 3)).toEqual(['main', 'malloc', 'f(int)']);
    await sort(6);
    expect((await table())[0]![6]).toBe('');
    const change = page().locator('#table-rows td.more').first();
    expect(await change.getAttribute('title')).toContain('change +');
  });

  test('finds, zooms, merges from the leaf and shows callers', async () => {
    await open(html);
    await page().keyboard.press('/');
    await page().keyboard.type('malloc');
    expect(await textOf('#found')).toBe('1 function: 6.68 MiB');
    await page().keyboard.press('Escape');
    await pointAt(0.3, 2, true);
    expect(await hash()).toBe('#zoom=main;f(int)');
    await page().keyboard.press('0');
    await press('shapes', 'From leaf');
    expect((await pointAt(0.3, 1))[0]).toBe('malloc');
    await page().locator('#table-rows tr', { hasText: 'old' }).click();
    await page().keyboard.press('c');
    expect(await pointAt(0.5, 0)).toContain(
      'total: 3,000,000 bytes before, 0 after, change -3,000,000',
    );
    expect((await pointAt(0.5, 1))[0]).toBe('main');
  });

  test('has its headings above what they are of', async () => {
    await open(html);
    const textStart = (selector: string) =>
      page()
        .locator(selector)
        .first()
        .evaluate((cell) => {
          const { left } = cell.getBoundingClientRect();
          return left + Number.parseFloat(getComputedStyle(cell).paddingLeft);
        });
    expect(await textStart('#table-head .text button')).toBe(
      await textStart('#table-rows td.text'),
    );
    const line = (await page().locator('#table').boundingBox())!.x;
    expect((await textStart('#table-head .text button')) - line).toBeGreaterThanOrEqual(8);
  });

  test('greys what merely fluctuates', async () => {
    const run = (weight: number): Stacks => [['main;f', weight]];
    await open(htmlOf(repeated([run(100), run(300)], [run(250), run(350)])));
    expect(await coloursAt(0.5, 1)).toEqual(['#cbc8c4']);
    expect(await pointAt(0.5, 1)).toContain('noise: the runs of a side differ by 300 bytes');
    expect(await page().locator('#table-rows td.noise').count()).toBe(3);
  });

  test('draws nothing for nothing, and runs no name', async () => {
    await open(htmlOf(compared([], [])));
    expect(await textOf('.warning:visible')).toBe('nothing was recorded');
    const evil = '<img src=x onerror="window.hurt=1">';
    await open(htmlOf(compared([[[evil], 7]], [[[evil], 9]])), { colorScheme: 'dark' });
    expect((await pointAt(0.5, 1))[0]).toBe(evil);
    expect(await names()).toEqual([evil]);
    expect(await page().evaluate(() => 'hurt' in window)).toBe(false);
    expect(await background()).toBe('rgb(28, 30, 34)');
  });
});

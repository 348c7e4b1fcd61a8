import { expect, test, vi } from 'vitest';
import { describeWithNeeds } from '../needs.ts';
import { heapView, htmlOf } from '../render/pages.ts';
import { profileOf } from '../render/profiles.ts';
import { lacking } from './chromium.ts';
import { crowd, htmlPages, views } from './html-page.ts';

// A busy machine takes its time.
vi.setConfig({ testTimeout: 30_000 });

describeWithNeeds('the page in spite of everything', lacking, () => {
  const { open, page, textOf, hash, names, pointAt } = htmlPages();

  test('says what it is of, and that it needs scripts, where none run', async () => {
    await open(undefined, { javaScriptEnabled: false });
    expect(await textOf('body')).toMatch(/All allocations\n.*server \(pid 1234\).*\n.*total: /s);
    expect(await textOf('body')).toContain('need JavaScript');
    expect(await page().locator('#search').isVisible()).toBe(false);
  });

  test('says that its data is damaged', async () => {
    await open(htmlOf(views).replace(/(<metadata [^>]*>\n.{40})..../, '$1AAAA'));
    expect(await textOf('#problem')).toMatch(/^This page cannot be shown: /);
  });

  test('draws nothing for nothing', async () => {
    await open(htmlOf([heapView('unfreed', [])]));
    expect(await names()).toEqual([]);
    expect(await textOf('.total')).toBe('nothing was recorded');
    await page().keyboard.press('l');
    await page().keyboard.press('ArrowUp');
  });

  const hostile = [
    '</script><script>window.hurt=1</script>',
    '<img src=x onerror="window.hurt=1">',
    '<!--',
    ']]>',
    '"\'`&lt;',
    'a;b&c=d#e%41~2',
    '\u0007\u202egnp\u2066\ud800',
    '__proto__',
    'n'.repeat(1_000_000),
  ];

  test.each([
    ['elements', []],
    ['a canvas', crowd],
  ])('survives hostile names, drawn with %s', async (_, others) => {
    const frames = hostile.map(
      (name) => [[{ name, module: name, file: name, line: 1 }], 1_000_000] as const,
    );
    const meta = { host: hostile[1]!, targets: hostile, notes: hostile };
    await open(htmlOf(profileOf([...frames, ...others], meta)));
    for (const share of [0.05, 0.3, 0.6, 0.95]) {
      expect((await pointAt(share, 1)).length).toBeGreaterThan(2);
      await pointAt(share, 1, true);
      const there = await hash();
      await page().reload();
      await page().waitForSelector('html.ready');
      expect(await textOf('#what')).toMatch(/^zoomed to /);
      expect(await hash()).toBe(there);
      await page().locator('#callers').click();
      await page().locator('#modules summary').click();
      await page().locator('#reset').click();
    }
    await page().locator('#search').fill('<img');
    expect(await names()).toEqual(['<img src=x onerror="window.hurt=1">']);
    expect(await page().evaluate(() => 'hurt' in window)).toBe(false);
    expect(await page().locator('img').count()).toBe(0);
  });
});

import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { describeWithNeeds } from '../needs.ts';
import { heapView, htmlOf } from '../render/pages.ts';
import { profileOf, type Stacks } from '../render/profiles.ts';
import { chromiumPath, launch, openHtml, saveScreenshot } from './chromium.ts';

// A busy machine takes its time.
vi.setConfig({ testTimeout: 30_000 });

const lacking = chromiumPath === undefined ? 'Chromium (apt-get install chromium)' : undefined;

const everything: Stacks = [
  ['main@app;json_parse@libjson.so;json_node@libjson.so;malloc@libc.so.6', 3_000_000],
  ['main@app;json_parse@libjson.so;malloc@libc.so.6', 1_000_000],
  ['main@app;Cache::put(int, char const*)@app;malloc@libc.so.6', 4_000_000],
  ['main@app;walk@app;walk@app;walk@app;malloc@libc.so.6', 940_000],
  ['main@app;log@app', 60_000],
  ['worker@app;json_node@libjson.so;malloc@libc.so.6', 1_000_000],
];
const kept: Stacks = [['main@app;Cache::put(int, char const*)@app;malloc@libc.so.6', 2_000_000]];
const views = [heapView('all', everything), heapView('unfreed', kept)] as const;
/** As many again that nobody can see: too many for elements. */
const crowd: Stacks = Array.from({ length: 500 }, (_, i) => [`main@app;tiny${i}@app`, 1] as const);
const drawings = [
  ['elements', views],
  ['a canvas', [heapView('all', [...everything, ...crowd]), views[1]]],
] as const;

describeWithNeeds('the page in a browser', lacking, () => {
  let browser: Browser;
  let page: Page;
  let troubles: readonly string[];

  beforeAll(async () => {
    browser = await launch();
  });

  afterAll(() => browser?.close());

  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await saveScreenshot(page, `html ${task.name}`);
    await page.context().close();
    expect(troubles).toEqual([]);
  });

  async function open(html = htmlOf(views), options = {}): Promise<void> {
    ({ page, troubles } = await openHtml(browser, html, options));
  }

  const textOf = (selector: string) => page.locator(selector).innerText();
  const hash = () => page.evaluate(() => decodeURIComponent(location.hash));
  const press = (id: string, text: string) =>
    page.locator(`#${id} button`, { hasText: text }).click();

  /** The rows of the table, a cell being text. */
  function table(): Promise<string[][]> {
    return page
      .locator('#table-rows tr')
      .evaluateAll((rows) =>
        rows.map((row) => [...row.children].map((cell) => cell.textContent ?? '')),
      );
  }

  const names = async () => (await table()).map(([name]) => name);

  /** Points at a share of the width, in a row counted from the root. */
  async function pointAt(share: number, row: number, click = false): Promise<string[]> {
    const area = (await page.locator('.stage').boundingBox())!;
    const isInverted = await page.locator('#inverted').isChecked();
    const y = isInverted ? row * 20 + 10 : area.height - row * 20 - 10;
    const x = area.x + share * area.width;
    if (click) await page.mouse.click(x, area.y + y);
    await page.mouse.move(x + 1, area.y + y);
    return page.locator('#tooltip:not([hidden]) div').allInnerTexts();
  }

  describe.each(drawings)('drawn with %s', (how, both) => {
    const html = htmlOf(both);

    test('draws with what it should, and says what a frame is', async () => {
      await open(html);
      expect(await page.locator('#graph canvas').count()).toBe(how === 'elements' ? 0 : 1);
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
      await pointAt(0.1, 2, true);
      expect(await hash()).toBe('#zoom=worker;json_node');
      await page.goBack();
      expect(await hash()).toBe('#zoom=worker');
      await pointAt(0.5, 0, true);
      expect(await hash()).toBe('');
      expect((await pointAt(0.95, 1))[0]).toBe('worker');
    });

    test('marks what is searched for in the graph and in the table', async () => {
      await open(html);
      await page.keyboard.press('Control+f');
      await page.keyboard.type('JSON_NODE');
      expect(await textOf('#found')).toBe('1 function, 3.8 MiB, 40.0%');
      expect(await names()).toEqual(['json_node']);
      expect(await hash()).toBe('#search=JSON_NODE');
      await page.locator('#case').click();
      expect(await textOf('#found')).toBe('0 functions, 0 bytes, 0%');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Escape');
      expect(await textOf('#found')).toBe('');
    });

    test('goes from match to match', async () => {
      await open(html);
      await page.keyboard.press('/');
      await page.keyboard.type('json_node');
      const first = async () => (await page.locator('#tooltip div').allInnerTexts())[1];
      const at = async () => (await page.locator('#tooltip div').allInnerTexts())[2];
      await page.keyboard.press('Enter');
      expect(await first()).toBe('libjson.so');
      expect(await at()).toContain('3,000,000 bytes');
      await page.keyboard.press('Enter');
      expect(await at()).toContain('1,000,000 bytes');
      await page.keyboard.press('Enter');
      expect(await at()).toContain('3,000,000 bytes');
      await page.keyboard.press('Shift+Enter');
      expect(await at()).toContain('1,000,000 bytes');
    });

    test('walks by arrows and zooms by Enter', async () => {
      await open(html);
      for (const key of ['ArrowUp', 'ArrowUp', 'ArrowUp', 'Enter']) await page.keyboard.press(key);
      expect(await hash()).toBe('#zoom=main;Cache::put(int, char const*)');
    });

    test('turns over, orders by size, and comes back to a link', async () => {
      await open(html);
      await page.keyboard.press('i');
      expect((await pointAt(0.95, 1))[0]).toBe('worker');
      await page.keyboard.press('s');
      expect((await pointAt(0.05, 1))[0]).toBe('main');
      expect((await pointAt(0.05, 2))[0]).toMatch(/^(json_parse|Cache)/);
      expect(await hash()).toBe('#root=top&order=size');
      await page.reload();
      await page.waitForSelector('html.ready');
      expect((await pointAt(0.05, 1))[0]).toBe('main');
    });
  });

  test('switches between views and measures', async () => {
    await open();
    expect(await table()).toContainEqual(['log', '58.6 KiB', '58.6 KiB', '600', '600']);
    expect(await textOf('h1:visible')).toBe('All allocations');
    await press('views', 'Unfreed');
    expect(await textOf('h1:visible')).toBe('Memory not freed');
    expect(await names()).toEqual(['Cache::put(int, char const*)', 'main', 'malloc']);
    expect((await pointAt(0.99, 1))[0]).toBe('main');
    await press('columns', 'Calls');
    expect((await pointAt(0.5, 2))[2]).toBe('20,000 calls in 1.9 MiB (2,000,000 bytes)');
    expect(await hash()).toBe('#view=unfreed&by=count');
    await page.keyboard.press('v');
    await page.keyboard.press('b');
    expect(await hash()).toBe('');
  });

  test('keeps the zoom from view to view, as far as the frames are there', async () => {
    await open(undefined, { hash: '#zoom=main;json_parse' });
    expect(await textOf('#what')).toBe('zoomed to json_parse');
    await page.keyboard.press('v');
    expect(await textOf('#what')).toBe('zoomed to main');
    await page.keyboard.press('v');
    expect(await textOf('#what')).toBe('zoomed to json_parse');
  });

  test('sorts the table, counting recursion once', async () => {
    await open();
    expect((await names()).slice(0, 3)).toEqual(['malloc', 'main', 'Cache::put(int, char const*)']);
    expect(await table()).toContainEqual(['walk', '', '918.0 KiB', '', '9,400']);
    const sort = (text: string, nth = 0) =>
      page.locator('#table-head button', { hasText: text }).nth(nth).click();
    await sort('Function');
    expect((await names())[0]).toBe('Cache::put(int, char const*)');
    await sort('Function');
    expect((await names())[0]).toBe('worker');
    await sort('self', 1);
    expect((await table())[0]![3]).toBe('99,400');
    await sort('self', 1);
    expect((await table())[0]![3]).toBe('');
    expect(await page.locator('th[aria-sort=ascending]').count()).toBe(1);
  });

  test('shows who calls a function, and what it calls', async () => {
    await open();
    await page.locator('#table-rows tr', { hasText: 'json_node' }).click();
    expect(await textOf('#what')).toBe('chosen: json_node');
    await page.locator('#callers').click();
    expect(await textOf('#what')).toBe('callers of json_node');
    expect(await pointAt(0.5, 0)).toContain('3.8 MiB (4,000,000 bytes) in 40,000 calls');
    expect((await pointAt(0.1, 1))[0]).toBe('json_parse');
    expect((await pointAt(0.1, 2))[0]).toBe('main');
    expect((await pointAt(0.9, 1))[0]).toBe('worker');
    expect(await hash()).toBe('#callers=json_node;libjson.so');
    await page.reload();
    await page.waitForSelector('html.ready');
    expect(await textOf('#what')).toBe('callers of json_node');
    await pointAt(0.1, 1, true);
    await page.locator('#callees').click();
    expect(await textOf('#what')).toBe('callees of json_parse');
    expect(await pointAt(0.5, 0)).toContain('3.8 MiB (4,000,000 bytes) in 40,000 calls');
    expect((await pointAt(0.1, 2))[0]).toBe('json_node');
    await page.keyboard.press('Escape');
    expect(await hash()).toBe('');
  });

  test('merges from the leaf', async () => {
    await open();
    await press('shapes', 'From leaf');
    expect((await pointAt(0.99, 1))[0]).toBe('malloc');
    expect((await pointAt(0.001, 1))[0]).toBe('log');
    expect((await pointAt(0.1, 2))[0]).toBe('Cache::put(int, char const*)');
    expect((await pointAt(0.1, 3))[0]).toBe('main');
    await page.keyboard.press('/');
    await page.keyboard.type('json_node');
    expect(await textOf('#found')).toBe('1 function, 3.8 MiB, 40.0%');
  });

  test('collapses recursion', async () => {
    await open(undefined, { hash: '#zoom=main;walk;walk' });
    expect(await textOf('#what')).toBe('zoomed to walk');
    await page.keyboard.press('r');
    await pointAt(0.5, 0, true);
    const walk = await pointAt(0.86, 2);
    expect(walk[0]).toBe('walk');
    expect((await pointAt(0.86, 3))[0]).toBe('malloc');
    expect(await hash()).toBe('#collapse=1');
  });

  test('leaves out modules, and gives their weight to the callers', async () => {
    await open();
    await page.locator('#modules summary').click();
    await page.locator('#modules label', { hasText: 'libc.so.6' }).click();
    expect(await names()).not.toContain('malloc');
    expect((await table()).find(([name]) => name === 'json_node')![1]).toBe('3.8 MiB');
    expect(await textOf('#modules summary')).toContain('(1 hidden)');
    expect(await hash()).toBe('#hide=libc.so.6');
    await page.locator('#modules label', { hasText: 'libc.so.6' }).click();
    expect(await names()).toContain('malloc');
  });

  test('survives a broken regular expression', async () => {
    await open();
    await page.locator('#regexp').click();
    await page.locator('#search').fill('^(log|main)$');
    expect(await names()).toEqual(['main', 'log']);
    await page.locator('#search').fill('(');
    expect(await textOf('#found')).toBe('not a regular expression');
    expect(await names()).toHaveLength(8);
    expect(await page.locator('#search').getAttribute('aria-invalid')).toBe('true');
  });

  test('takes every part of a link, and nothing that makes no sense', async () => {
    await open(undefined, {
      hash: '#view=unfreed&by=count&search=%41.%2b&regexp=1&case=1&table=0&theme=dark&zoom=main',
    });
    expect(await textOf('#what')).toBe('zoomed to main');
    expect(await page.locator('#search').inputValue()).toBe('A.+');
    expect(await page.locator('#side').isVisible()).toBe(false);
    await page.context().close();
    await open(undefined, {
      hash: '#view=x&by=y&zoom=%zz;;&callers=nobody&hide=z&search=%&root=side&&=',
    });
    expect(await names()).toHaveLength(8);
    expect(await textOf('#what')).toBe('');
  });

  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

  test('is dark where the reader is, or wants it', async () => {
    await open(undefined, { colorScheme: 'dark' });
    expect(await background()).toBe('rgb(28, 30, 34)');
    await page.keyboard.press('d');
    expect(await background()).toBe('rgb(255, 255, 255)');
    expect(await hash()).toBe('#theme=light');
    await page.context().close();
    await open();
    expect(await background()).toBe('rgb(255, 255, 255)');
    await page.keyboard.press('d');
    expect(await background()).toBe('rgb(28, 30, 34)');
  });

  test('prints all of the graph and of the table, light', async () => {
    const deep = Array.from({ length: 60 }, (_, i) => `f${i}`).join(';');
    const many = Array.from({ length: 500 }, (_, i) => [`${deep};g${i}`, 100_000] as const);
    await open(htmlOf(heapView('all', many)), { colorScheme: 'dark' });
    const canvasHeight = () => page.locator('canvas').evaluate((each) => each.clientHeight);
    expect(await canvasHeight()).toBeLessThan(800);
    await page.emulateMedia({ media: 'print' });
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    expect(await canvasHeight()).toBe(62 * 20);
    expect(await table()).toHaveLength(100);
    expect(await page.locator('.bar').isVisible()).toBe(false);
    expect(await background()).toBe('rgb(255, 255, 255)');
    expect((await page.pdf()).length).toBeGreaterThan(10_000);
    await page.emulateMedia({ media: 'screen' });
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
    expect(await canvasHeight()).toBeLessThan(800);
  });

  test('closes a menu by Escape, and by a click elsewhere', async () => {
    await open();
    const menu = page.locator('details.menu[open]');
    for (const close of [
      () => page.keyboard.press('Escape'),
      () => page.locator('h1:visible').click(),
    ]) {
      await page.locator('summary', { hasText: 'Options' }).click();
      expect(await menu.count()).toBe(1);
      await close();
      expect(await menu.count()).toBe(0);
    }
  });

  test('shows its keys, and goes on when they are read', async () => {
    await open();
    await page.keyboard.press('?');
    expect(await page.locator('#help').isVisible()).toBe(true);
    await page.keyboard.press('Escape');
    expect(await page.locator('#help').isVisible()).toBe(false);
  });

  test('says what it is of, and that it needs scripts, where none run', async () => {
    await open(undefined, { javaScriptEnabled: false });
    expect(await textOf('body')).toMatch(/All allocations\n.*server \(pid 1234\).*\n.*total: /s);
    expect(await textOf('body')).toContain('need JavaScript');
    expect(await page.locator('#search').isVisible()).toBe(false);
  });

  test('says that its data is damaged', async () => {
    await open(htmlOf(views).replace(/(type="text\/plain">.{40})..../, '$1AAAA'));
    expect(await textOf('#problem')).toMatch(/^This page cannot be shown: /);
  });

  test('draws nothing for nothing', async () => {
    await open(htmlOf([heapView('unfreed', [])]));
    expect(await names()).toEqual([]);
    expect(await textOf('.total')).toBe('nothing was recorded');
    await page.keyboard.press('l');
    await page.keyboard.press('ArrowUp');
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
      await page.reload();
      await page.waitForSelector('html.ready');
      expect(await textOf('#what')).toMatch(/^zoomed to /);
      expect(await hash()).toBe(there);
      await page.locator('#callers').click();
      await page.locator('#modules summary').click();
      await page.locator('#reset').click();
    }
    await page.locator('#search').fill('<img');
    expect(await names()).toEqual(['<img src=x onerror="window.hurt=1">']);
    expect(await page.evaluate(() => 'hurt' in window)).toBe(false);
    expect(await page.locator('img').count()).toBe(0);
  });
});

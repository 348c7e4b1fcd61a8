import { expect, test, vi } from 'vitest';
import { describeWithNeeds } from '../needs.ts';
import { heapView, htmlOf } from '../render/pages.ts';
import { lacking } from './chromium.ts';
import { htmlPages } from './html-page.ts';

// A busy machine takes its time.
vi.setConfig({ testTimeout: 30_000 });

describeWithNeeds('what can be chosen on the page', lacking, () => {
  const { open, page, textOf, hash, press, background, table, names, pointAt } = htmlPages();

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
    expect(await hash()).toBe('#view=unfreed&by=calls');
    await page().keyboard.press('v');
    await page().keyboard.press('b');
    expect(await hash()).toBe('');
  });

  test('keeps the zoom from view to view, as far as the frames are there', async () => {
    await open(undefined, { hash: '#zoom=main;json_parse' });
    expect(await textOf('#what')).toBe('zoomed to json_parse');
    await page().keyboard.press('v');
    expect(await textOf('#what')).toBe('zoomed to main');
    await page().keyboard.press('v');
    expect(await textOf('#what')).toBe('zoomed to json_parse');
  });

  test('sorts the table, counting recursion once', async () => {
    await open();
    expect((await names()).slice(0, 3)).toEqual(['malloc', 'main', 'Cache::put(int, char const*)']);
    expect(await table()).toContainEqual(['walk', '', '918.0 KiB', '', '9,400']);
    const sort = (text: string, nth = 0) =>
      page().locator('#table-head button', { hasText: text }).nth(nth).click();
    await sort('Function');
    expect((await names())[0]).toBe('Cache::put(int, char const*)');
    await sort('Function');
    expect((await names())[0]).toBe('worker');
    await sort('self', 1);
    expect((await table())[0]![3]).toBe('99,400');
    await sort('self', 1);
    expect((await table())[0]![3]).toBe('');
    expect(await page().locator('th[aria-sort=ascending]').count()).toBe(1);
  });

  test('shows who calls a function, and what it calls', async () => {
    await open();
    await page().locator('#table-rows tr', { hasText: 'json_node' }).click();
    expect(await textOf('#what')).toBe('chosen: json_node');
    await page().locator('#callers').click();
    expect(await textOf('#what')).toBe('callers of json_node');
    expect(await pointAt(0.5, 0)).toContain('3.8 MiB (4,000,000 bytes) in 40,000 calls');
    expect((await pointAt(0.1, 1))[0]).toBe('json_parse');
    expect((await pointAt(0.1, 2))[0]).toBe('main');
    expect((await pointAt(0.9, 1))[0]).toBe('worker');
    expect(await hash()).toBe('#callers=json_node;libjson.so');
    await page().reload();
    await page().waitForSelector('html.ready');
    expect(await textOf('#what')).toBe('callers of json_node');
    await pointAt(0.1, 1, true);
    await page().locator('#callees').click();
    expect(await textOf('#what')).toBe('callees of json_parse');
    expect(await pointAt(0.5, 0)).toContain('3.8 MiB (4,000,000 bytes) in 40,000 calls');
    expect((await pointAt(0.1, 2))[0]).toBe('json_node');
    await page().keyboard.press('Escape');
    expect(await hash()).toBe('');
  });

  test('merges from the leaf', async () => {
    await open();
    await press('shapes', 'From leaf');
    expect((await pointAt(0.99, 1))[0]).toBe('malloc');
    expect((await pointAt(0.001, 1))[0]).toBe('log');
    expect((await pointAt(0.1, 2))[0]).toBe('Cache::put(int, char const*)');
    expect((await pointAt(0.1, 3))[0]).toBe('main');
    await page().keyboard.press('/');
    await page().keyboard.type('json_node');
    expect(await textOf('#found')).toBe('1 function, 3.8 MiB, 40.0%');
  });

  test('collapses recursion', async () => {
    await open(undefined, { hash: '#zoom=main;walk;walk' });
    expect(await textOf('#what')).toBe('zoomed to walk');
    await page().keyboard.press('r');
    await pointAt(0.5, 0, true);
    const walk = await pointAt(0.86, 2);
    expect(walk[0]).toBe('walk');
    expect((await pointAt(0.86, 3))[0]).toBe('malloc');
    expect(await hash()).toBe('#collapse=1');
  });

  test('leaves out modules, and gives their weight to the callers', async () => {
    await open();
    await page().locator('#modules summary').click();
    await page().locator('#modules label', { hasText: 'libc.so.6' }).click();
    expect(await names()).not.toContain('malloc');
    expect((await table()).find(([name]) => name === 'json_node')![1]).toBe('3.8 MiB');
    expect(await textOf('#modules summary')).toContain('(1 hidden)');
    expect(await hash()).toBe('#hide=libc.so.6');
    await page().locator('#modules label', { hasText: 'libc.so.6' }).click();
    expect(await names()).toContain('malloc');
  });

  test('survives a broken regular expression', async () => {
    await open();
    await page().locator('#regexp').click();
    await page().locator('#search').fill('^(log|main)$');
    expect(await names()).toEqual(['main', 'log']);
    await page().locator('#search').fill('(');
    expect(await textOf('#found')).toBe('not a regular expression');
    expect(await names()).toHaveLength(8);
    expect(await page().locator('#search').getAttribute('aria-invalid')).toBe('true');
  });

  test('takes every part of a link, and nothing that makes no sense', async () => {
    await open(undefined, {
      hash: '#view=unfreed&by=calls&search=%41.%2b&regexp=1&case=1&table=0&theme=dark&zoom=main',
    });
    expect(await textOf('#what')).toBe('zoomed to main');
    expect(await page().locator('#search').inputValue()).toBe('A.+');
    expect(await page().locator('#side').isVisible()).toBe(false);
    await open(undefined, {
      hash: '#view=x&by=y&zoom=%zz;;&callers=nobody&hide=z&search=%&root=side&&=',
    });
    expect(await names()).toHaveLength(8);
    expect(await textOf('#what')).toBe('');
  });

  test('is dark where the reader is, or wants it', async () => {
    await open(undefined, { colorScheme: 'dark' });
    expect(await background()).toBe('rgb(28, 30, 34)');
    await page().keyboard.press('d');
    expect(await background()).toBe('rgb(255, 255, 255)');
    expect(await hash()).toBe('#theme=light');
    await open();
    expect(await background()).toBe('rgb(255, 255, 255)');
    await page().keyboard.press('d');
    expect(await background()).toBe('rgb(28, 30, 34)');
  });

  test('prints all of the graph and of the table, light', async () => {
    const deep = Array.from({ length: 60 }, (_, i) => `f${i}`).join(';');
    const many = Array.from({ length: 500 }, (_, i) => [`${deep};g${i}`, 100_000] as const);
    await open(htmlOf(heapView('all', many)), { colorScheme: 'dark' });
    const canvasHeight = () =>
      page()
        .locator('canvas')
        .evaluate((each) => each.clientHeight);
    expect(await canvasHeight()).toBeLessThan(800);
    await page().emulateMedia({ media: 'print' });
    await page().evaluate(() => dispatchEvent(new Event('beforeprint')));
    expect(await canvasHeight()).toBe(62 * 20);
    expect(await table()).toHaveLength(100);
    expect(await page().locator('.bar').isVisible()).toBe(false);
    expect(await background()).toBe('rgb(255, 255, 255)');
    expect((await page().pdf()).length).toBeGreaterThan(10_000);
    await page().emulateMedia({ media: 'screen' });
    await page().evaluate(() => dispatchEvent(new Event('afterprint')));
    expect(await canvasHeight()).toBeLessThan(800);
  });

  test('shows the root after it is turned over, and of another tree', async () => {
    const deep = Array.from({ length: 90 }, (_, i) => `f${i}`).join(';');
    await open(htmlOf(heapView('all', [[deep, 100_000]])));
    const graph = page().locator('#graph');
    const place = () =>
      graph.evaluate(({ scrollTop, scrollHeight, clientHeight }) => [
        scrollTop,
        scrollHeight - clientHeight - scrollTop,
      ]);
    expect((await place())[1]).toBe(0);
    await page().keyboard.press('i');
    expect((await place())[0]).toBe(0);
    await graph.evaluate((pane) => pane.scrollTo(0, 500));
    await page().keyboard.press('l');
    expect((await place())[0]).toBe(0);
    await page().keyboard.press('i');
    expect((await place())[1]).toBe(0);
  });

  test('begins the table anew with another search, another order and by reset', async () => {
    const many = Array.from({ length: 300 }, (_, i) => [`main;g${i}`, 100 + i] as const);
    await open(htmlOf(heapView('all', many)));
    const scrolled = async (then: () => Promise<void>) => {
      await page()
        .locator('#table')
        .evaluate((pane) => pane.scrollTo(0, 3000));
      await then();
      return page()
        .locator('#table')
        .evaluate((pane) => pane.scrollTop);
    };
    const search = page().locator('#search');
    expect(await scrolled(() => search.fill('g'))).toBe(0);
    expect(await scrolled(() => search.press('Escape'))).toBe(0);
    expect(await scrolled(() => page().keyboard.press('0'))).toBe(0);
    expect(await scrolled(() => page().locator('#table-head button').first().click())).toBe(0);
    expect(await scrolled(() => page().keyboard.press('t'))).toBeGreaterThan(-1);
  });

  test('closes a menu by Escape, and by a click elsewhere', async () => {
    await open();
    const menu = page().locator('details.menu[open]');
    for (const close of [
      () => page().keyboard.press('Escape'),
      () => page().locator('h1:visible').click(),
    ]) {
      await page().locator('summary', { hasText: 'Options' }).click();
      expect(await menu.count()).toBe(1);
      await close();
      expect(await menu.count()).toBe(0);
    }
  });

  test('shows its keys, and goes on when they are read', async () => {
    await open();
    await page().keyboard.press('?');
    expect(await page().locator('#help').isVisible()).toBe(true);
    await page().keyboard.press('Escape');
    expect(await page().locator('#help').isVisible()).toBe(false);
  });
});

import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { describeWithNeeds } from '../needs.ts';
import { profileOf, type Stacks, svgOf } from '../render/profiles.ts';
import { chromiumPath, drawing, launch, openSvg, overflowing, saveScreenshot } from './chromium.ts';

const lacking = chromiumPath === undefined ? 'Chromium (apt-get install chromium)' : undefined;

const stacks: Stacks = [
  ['main;json_parse;json_node;malloc', 3_000_000],
  ['main;json_parse;malloc', 1_000_000],
  ['main;Cache::put(int, char const*);malloc', 4_000_000],
  ['main;Cache::put(int, char const*);a_rather_long_name_for_a_very_narrow_frame', 60_000],
  ['main;log', 940_000],
  ['worker;json_node;malloc', 1_000_000],
];

describeWithNeeds('the picture in a browser', lacking, () => {
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

  async function open(svg = svgOf(profileOf(stacks)), options = {}): Promise<void> {
    ({ page, errors } = await openSvg(browser, svg, options));
  }

  /** Of the frames with this name, the nth from the left and bottom. */
  function frame(name: string, nth = 0): Locator {
    return page.locator('.f', { has: page.locator(`title:text("${name} (")`) }).nth(nth);
  }

  function labelOf(name: string): Promise<string> {
    return frame(name).evaluate((group) => group.querySelector('text')?.textContent ?? '');
  }

  function details(): Promise<string | null> {
    return page.locator('.total').textContent();
  }

  function found(): Promise<string | null> {
    return page.locator('.controls > text').textContent();
  }

  function hits(): Promise<string[]> {
    return page
      .locator('.hit')
      .evaluateAll((groups) =>
        groups.map((group) => group.querySelector('title')!.textContent!.replace(/ \(\d.*/, '')),
      );
  }

  function visibleFrames(): Promise<number> {
    return page.locator('.f:not([display])').count();
  }

  test('is complete without scripts, and has no controls then', async () => {
    await open(undefined, { javaScriptEnabled: false });
    expect(await page.locator('.f').count()).toBe(13);
    expect(await page.locator('text', { hasText: 'json_parse' }).count()).toBe(1);
    expect(await page.locator('.controls').count()).toBe(0);
    expect(await page.locator('.live').count()).toBe(0);
    expect(await details()).toBe('total: 9.5 MiB (10,000,000 bytes)');
  });

  test('draws labels inside of their frames', async () => {
    const wide = [
      ['漢字かな'.repeat(30), 9],
      ['WWWW@@@@'.repeat(30), 4],
      ['😀'.repeat(40), 4],
    ] as const;
    const many = Array.from(
      { length: 24 },
      (_, i) => [`${'mW漢'.repeat(i % 7)}${i}f`, 5 + (i % 7)] as const,
    );
    await open(svgOf(profileOf([...wide, ...many])));
    expect(await page.locator('.f text').count()).toBeGreaterThan(10);
    expect(await overflowing(page)).toEqual([]);
  });

  test('looks the same with scripts as without until it is touched', async () => {
    await open(undefined, { javaScriptEnabled: false });
    const still = await drawing(page);
    await page.context().close();
    await open();
    expect(await drawing(page)).toBe(still);
  });

  test('zooms into a frame and out by the frames below it', async () => {
    await open();
    const all = await visibleFrames();
    const before = await labelOf('a_rather_long_name_for_a_very_narrow_frame');
    await frame('Cache::put(int, char const*)').click();
    expect(await frame('Cache::put(int, char const*)').locator('rect').getAttribute('width')).toBe(
      '1179.50',
    );
    expect(await visibleFrames()).toBe(5);
    expect(await page.locator('.below').count()).toBe(2);
    expect(before).toBe('');
    await frame('a_rather_long_name_for_a_very_narrow_frame').click();
    expect(await labelOf('a_rather_long_name_for_a_very_narrow_frame')).toContain(
      'narrow_frame 0.06 MiB',
    );
    expect(await overflowing(page)).toEqual([]);
    await frame('main').click();
    expect(await page.locator('.below').count()).toBe(1);
    expect(await visibleFrames()).toBe(10);
    await frame('all').click();
    expect(await visibleFrames()).toBe(all);
  });

  test('places zoomed children in proportion', async () => {
    await open();
    await frame('json_parse').click();
    const box = (name: string) =>
      frame(name)
        .locator('rect')
        .evaluate((rect) => [Number(rect.getAttribute('x')), Number(rect.getAttribute('width'))]);
    expect(await box('json_node')).toEqual([10, 884.5]);
  });

  test.each(['button', 'Escape'])('puts everything back by %s', async (way) => {
    await open();
    const still = await drawing(page);
    const reset = page.locator('[role=button]', { hasText: 'Reset' });
    expect(await reset.isVisible()).toBe(false);
    await frame('worker').click();
    expect(await drawing(page)).not.toBe(still);
    if (way === 'button') await reset.click();
    else await page.keyboard.press('Escape');
    expect(await drawing(page)).toBe(still);
    expect(await reset.isVisible()).toBe(false);
  });

  test('shows the frame pointed at, then the total again', async () => {
    await open();
    await frame('json_parse').hover();
    expect(await details()).toBe('Function: json_parse (4,000,000 bytes, 40.00%)');
    await page.mouse.move(600, 5);
    expect(await details()).toBe('total: 9.5 MiB (10,000,000 bytes)');
  });

  test.each(['Control+f', 'F3', 'click'])('searches after %s', async (way) => {
    await open();
    if (way === 'click') await page.locator('[role=searchbox]').click();
    else await page.keyboard.press(way);
    await page.keyboard.type('JSON_');
    expect(await hits()).toEqual(['json_parse', 'json_node', 'json_node']);
    expect(await found()).toBe('matched 50.00% of all: 3 frames, 4.77 MiB');
    await page.keyboard.press('Backspace');
    await page.keyboard.type('x');
    expect(await hits()).toEqual([]);
    expect(await found()).toBe('matched 0.00% of all: 0 frames, 0.00 MiB');
    await page.keyboard.press('Escape');
    expect(await found()).toBe('');
  });

  test('shows files and lines, and searches in them', async () => {
    const put = { name: 'put', file: 'src/cache.c', line: 12, inlined: true };
    await open(
      svgOf(
        profileOf([
          [['main', put, 'malloc'], 6],
          [['main', { ...put, line: 30, inlined: false }], 2],
          [['main (6 bytes, 60%)'], 2],
        ]),
      ),
    );
    await frame('put').hover();
    expect(await details()).toBe('Function: put (6 bytes, 60.00%) src/cache.c:12 (inlined)');
    await page.keyboard.press('F3');
    await page.keyboard.type('cache.c:30');
    expect(await found()).toBe('matched 20.00% of all: 1 frame, 2 bytes');
    await page.keyboard.press('Escape');
    await page.keyboard.press('F3');
    await page.keyboard.type('put (');
    expect(await hits()).toEqual([]);
  });

  test('shortens names as the static picture does', async () => {
    const name = 'std::map<int, std::vector<Row, std::allocator<Row> > >::at(int const&)';
    const stacks: Stacks = [
      [['main', name, 'malloc'], 20],
      [['main', `${name}::{lambda(Row<int>)#1}::operator()(Row<int>) const`], 12],
      [['main', 'operator< <int>(A<int> const&, A<int> const&)'], 10],
      ['rest', 58],
    ];
    await open(svgOf(profileOf(stacks)));
    expect(await labelOf(name)).toBe('std::map<…>::at(int const&)');
    expect(await labelOf('operator< <int>(A<int> const&, A<int> const&)')).toBe('operator< <…>');
    await frame('main').click();
    expect(await labelOf(name)).toBe(`${name} 20 bytes`);
    expect(await labelOf(`${name}::{lambda(Row<int>)#1}::operator()(Row<int>) const`)).toBe(
      'std::map<…>::at::{lambda(Row<…>)#1}::operator()',
    );
    expect(await overflowing(page)).toEqual([]);
  });

  test('does not count a match that stands on a match', async () => {
    await open(
      svgOf(
        profileOf([
          ['a;b;a;b', 6],
          ['a;c', 2],
          ['c;b', 2],
        ]),
      ),
    );
    await page.keyboard.press('F3');
    await page.keyboard.type('a');
    expect(await found()).toBe('matched 80.00% of all: 2 frames, 8 bytes');
  });

  test.each([
    ['gathered into one box', 500],
    ['too narrow for any box', 1],
  ])('says that a share is only the least where frames are %s', async (_, bytes) => {
    const narrow = Array.from({ length: 40 }, (_, i) => [`a;f${i};malloc`, bytes] as const);
    await open(svgOf(profileOf([['a;big', 10_000_000], ...narrow])));
    await page.keyboard.press('F3');
    await page.keyboard.type('malloc');
    expect(await found()).toMatch(/^matched at least 0\.00% of all: 0 frames/);
  });

  test('matches neither numbers, nor the root, nor gathered frames', async () => {
    const narrow = Array.from({ length: 40 }, (_, i) => [`f${i}`, 500] as const);
    await open(svgOf(profileOf([['wide', 10_000_000], ...narrow])));
    await page.keyboard.press('F3');
    for (const text of ['bytes', 'all', 'smaller', '%']) {
      await page.keyboard.type(text);
      expect(await hits()).toEqual([]);
      for (const _ of text) await page.keyboard.press('Backspace');
    }
  });

  test('takes text as it is, or as a regular expression, and survives a broken one', async () => {
    await open();
    await page.keyboard.press('F3');
    await page.keyboard.type('put(int, char const*)');
    expect(await hits()).toEqual(['Cache::put(int, char const*)']);
    await page.keyboard.press('Escape');
    await page.locator('[role=button]', { hasText: '.*' }).click();
    await page.keyboard.press('F3');
    await page.keyboard.type('^(log|main)$');
    expect(await hits()).toEqual(['main', 'log']);
    await page.keyboard.type('(');
    expect(await found()).toBe('not a regular expression');
    expect(await hits()).toEqual([]);
    await page.keyboard.press('Backspace');
    expect(await hits()).toEqual(['main', 'log']);
  });

  test('tells upper from lower case when asked', async () => {
    await open();
    await page.keyboard.press('F3');
    await page.keyboard.type('cache');
    expect(await hits()).toHaveLength(1);
    await page.locator('[role=button]', { hasText: 'Aa' }).click();
    expect(await hits()).toHaveLength(0);
  });

  test('keeps the search when Enter leaves the field, and the zoom when Escape does', async () => {
    await open();
    await frame('json_parse').click();
    await page.keyboard.press('F3');
    await page.keyboard.type('node');
    await page.keyboard.press('Enter');
    await page.keyboard.type('zzz');
    expect(await hits()).toEqual(['json_node', 'json_node']);
    await page.keyboard.press('F3');
    await page.keyboard.press('Escape');
    expect(await hits()).toEqual([]);
    expect(await page.locator('.below').count()).toBe(2);
    await page.keyboard.press('Escape');
    expect(await page.locator('.below').count()).toBe(0);
  });

  test('pastes into the search as text', async () => {
    await open();
    await page.keyboard.press('F3');
    await page.evaluate(() => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', 'json\n_parse');
      document.dispatchEvent(new ClipboardEvent('paste', { clipboardData }));
    });
    expect(await page.locator('[role=searchbox] text').textContent()).toBe('json _parse');
  });

  test('leaves no global behind', async () => {
    await open(svgOf(profileOf(stacks), { title: 'x' }).replace(/<script>.*<\/script>/s, ''));
    const bare = await page.evaluate(() => Object.getOwnPropertyNames(window).sort());
    await page.context().close();
    await open();
    expect(await page.evaluate(() => Object.getOwnPropertyNames(window).sort())).toEqual(bare);
  });

  test('survives hostile names', async () => {
    const names = [
      ']]>',
      '</script><script>alert(1)</script>',
      '\u202eevil',
      'a (5 bytes, 1%)',
      '\ud800',
    ];
    await open(svgOf(profileOf(names.map((name) => [[name], 5]))));
    await page.keyboard.press('F3');
    await page.keyboard.type('a (5 bytes, 1%)');
    expect(await hits()).toHaveLength(1);
    await page.locator('.f').nth(2).click();
    expect(await page.locator('.below').count()).toBe(1);
    expect(await page.locator('script').count()).toBe(1);
  });

  test('is dark where the reader is', async () => {
    await open(undefined, { colorScheme: 'dark' });
    const fill = (selector: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((element) => getComputedStyle(element).fill);
    expect(await fill('.paper')).toBe('rgb(28, 30, 34)');
    expect(await fill('.total')).toBe('rgb(230, 232, 235)');
    expect(await fill('.f text')).toBe('rgb(0, 0, 0)');
  });
});

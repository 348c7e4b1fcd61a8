import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { describeWithNeeds } from '../needs.ts';
import { profileOf, svgOf } from '../render/profiles.ts';
import { drawing, lacking, overflowing } from './chromium.ts';
import { stacks, withPicture } from './picture.ts';

/** That no controls and texts lie on others, or beyond so many pixels of the window. */
async function expectApart(page: Page, texts: string, width: number): Promise<void> {
  const parts = page.locator(`.controls > g:not([display]), .controls > text, ${texts}`);
  const boxes = (
    await parts.evaluateAll((all) =>
      all.map((each) => {
        const { left, right, top, bottom } = each.getBoundingClientRect();
        return { text: each.textContent ?? '', left, right, top: top + 2, bottom: bottom - 2 };
      }),
    )
  ).filter(({ left, right }) => right > left);
  for (const { text, left, right, top } of boxes)
    expect([text, left >= 9, right <= width - 9, top >= 0]).toEqual([text, true, true, true]);
  const overlapping = boxes.flatMap((one, index) =>
    boxes
      .slice(index + 1)
      .filter(
        (other) =>
          one.left < other.right &&
          other.left < one.right &&
          one.top < other.bottom &&
          other.top < one.bottom,
      )
      .map((other) => `${one.text} and ${other.text}`),
  );
  expect(overlapping).toEqual([]);
}

describeWithNeeds('the picture in a browser', lacking, () => {
  const at = withPicture();

  test('is complete without scripts, and has no controls then', async () => {
    await at.open(undefined, { javaScriptEnabled: false });
    expect(await at.page.locator('.f').count()).toBe(13);
    expect(await at.page.locator('text', { hasText: 'json_parse' }).count()).toBe(1);
    expect(await at.page.locator('.controls').count()).toBe(0);
    expect(await at.page.locator('.live').count()).toBe(0);
    expect(await at.details()).toBe('total: 9.54 MiB (10,000,000 bytes)');
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
    await at.open(svgOf(profileOf([...wide, ...many])));
    expect(await at.page.locator('.f text').count()).toBeGreaterThan(10);
    expect(await overflowing(at.page)).toEqual([]);
  });

  test('looks the same with scripts as without until it is touched', async () => {
    await at.open(undefined, { javaScriptEnabled: false });
    const still = await drawing(at.page);
    await at.open();
    expect(await drawing(at.page)).toBe(still);
  });

  test('leaves no global behind', async () => {
    await at.open(svgOf(profileOf(stacks), { title: 'x' }).replace(/<script>.*<\/script>/s, ''));
    const bare = await at.page.evaluate(() => Object.getOwnPropertyNames(window).sort());
    await at.open();
    expect(await at.page.evaluate(() => Object.getOwnPropertyNames(window).sort())).toEqual(bare);
  });

  test('is dark where the reader is', async () => {
    await at.open(undefined, { colorScheme: 'dark' });
    expect(await at.fill('.paper')).toBe('rgb(28, 30, 34)');
    expect(await at.fill('.total')).toBe('rgb(230, 232, 235)');
    expect(await at.fill('.f text')).toBe('rgb(0, 0, 0)');
  });

  test('is one of two in a page, and leaves the other alone', async () => {
    const first = svgOf(profileOf(stacks), { title: 'before' });
    const second = svgOf(profileOf([['main;other', 4096]]), { title: 'after', inverted: true });
    const inline = (svg: string) => svg.replace(/^<\?xml[^>]*>\n/, '');
    await at.open(`<!doctype html><body>${inline(first)}${inline(second)}</body>`);
    const [one, two] = [at.page.locator('svg').nth(0), at.page.locator('svg').nth(1)];
    const still = await two.locator('.frames > g:not(.away)').innerHTML();
    await one.locator('.f', { hasText: 'json_parse' }).first().click();
    expect(await one.locator('.below').count()).toBe(2);
    await one.locator('[role=searchbox]').click();
    await at.page.keyboard.type('main');
    expect(await one.locator('.hit').count()).toBe(1);
    expect(await two.locator('.hit').count()).toBe(0);
    expect(await two.locator('.frames > g:not(.away)').innerHTML()).toBe(still);
    await two.locator('.f', { hasText: 'other' }).first().click();
    expect(await one.locator('.below').count()).toBe(2);
    await two.locator('.frames').press('Escape');
    expect(await one.locator('.below').count()).toBe(2);
    expect(await two.locator('.below').count()).toBe(0);
    expect(await at.hash()).toBe('');
  });

  test('keeps the view in the address, for another width too', async () => {
    await at.open();
    await at.frame('Cache::put(int, char const*)').click();
    await at.page.keyboard.press('F3');
    await at.page.keyboard.type('m(a|x)lloc');
    await at.button('.*').click();
    await at.button('Aa').click();
    const hash = await at.hash();
    expect(hash).toBe(
      '#zoom=main;Cache%3A%3Aput(int%2C%20char%20const*)&search=m(a%7Cx)lloc&regexp&case',
    );
    await at.open(svgOf(profileOf(stacks), { width: 700 }), { hash });
    expect(await at.page.locator('.below').count()).toBe(2);
    expect(await at.hits()).toEqual(['malloc']);
    expect(await at.found()).toContain('matched 90.00% of all: 4 frames');
    await at.button('Reset').click();
    expect(await at.hash()).not.toContain('zoom');
    await at.page.evaluate(() => {
      location.hash = '#zoom=worker;gone&search=node';
    });
    await at.page.waitForSelector('.hit');
    expect(await at.page.locator('.below').count()).toBe(1);
  });

  test('keeps a view of gathered frames in the address', async () => {
    const small = Array.from({ length: 300 }, (_, i) => [`main;tiny_${i}`, 100] as const);
    const svg = svgOf(profileOf([['main;wide', 40_000_000], ...small]));
    await at.open(svg);
    await at.frame('(300 smaller frames)').click();
    const hash = await at.hash();
    await at.open(svg, { hash });
    expect(await at.visibleFrames()).toBe(302);
  });

  test.each([
    '#zoom=%&search=%E0%A4%A',
    '#zoom=&lighter=-1',
    '#&&==',
    '#lighter=1e999',
    '#__proto__=1',
  ])('opens as usual for the address %s', async (hash) => {
    await at.open(undefined, { hash });
    expect(await at.visibleFrames()).toBe(13);
  });

  test('takes the search of an address of flamegraph.pl', async () => {
    await at.open(undefined, { hash: '?x=10&y=20&s=json_(node|parse)' });
    expect(await at.hits()).toEqual(['json_parse', 'json_node', 'json_node']);
  });

  test.each([100, 150, 200, 249, 250, 320, 400, 500, 679, 680, 900])(
    'is %d pixels wide, and nothing overlaps',
    async (width) => {
      const title = 'All allocations of the server that somebody gave a rather long name';
      const viewport = { width: 1220, height: 800 };
      await at.open(svgOf(profileOf(stacks), { width, title }), { viewport });
      const check = () => expectApart(at.page, 'svg > text', width);
      await check();
      await at.page.keyboard.press('Control+f');
      await at.page.keyboard.type('malloc');
      await check();
      await at.page.keyboard.press('Enter');
      await check();
      if (width < 320) return;
      expect(await at.found()).toMatch(/^1 of 4[:,] .*90.00%/);
      await at.frame('json_parse').hover();
      expect(await at.details()).toMatch(/^Function: json/);
      await check();
    },
  );

  const narrow = [1200, 800, 500, 320];

  test.each(narrow)('has its controls in sight of a window of %d pixels', async (width) => {
    const svg = svgOf(profileOf(stacks), { title: 'Allocations of a server' });
    const viewport = { width, height: 400 };
    await at.open(svg, { viewport, hash: '#zoom=main;json_parse' });
    expect(await at.page.locator('.below').count()).toBe(2);
    for (const scrolled of [0, 300, 5000]) {
      await at.page.evaluate((x) => window.scrollTo(x, 0), scrolled);
      await at.page.waitForTimeout(50);
      await expectApart(at.page, scrolled === 0 ? '.title, .total' : '.total', width);
    }
    await at.page.keyboard.press('Control+f');
    await at.page.keyboard.type('malloc');
    await expectApart(at.page, '.total', width);
    await at.button('\u203a').click();
    expect(await at.found()).toMatch(/^1 of 4/);
    await at.button('Reset').click();
    expect(await at.page.locator('.below').count()).toBe(0);
    await at.page.evaluate(() => window.scrollTo(0, 0));
    await at.frame('main').hover({ position: { x: 50, y: 5 } });
    expect(await at.details()).toMatch(/^Function: main/);
    await expectApart(at.page, '.title, .total', width);
  });

  test('follows a window that changes', async () => {
    const places = () =>
      at.page.evaluate(() => [
        document.documentElement.getAttribute('viewBox'),
        ...[...document.querySelectorAll('.controls > g, .controls > text, .paper')].map((each) =>
          JSON.stringify(each.getBoundingClientRect()),
        ),
      ]);
    await at.open();
    const wide = await places();
    await at.page.setViewportSize({ width: 320, height: 400 });
    await expectApart(at.page, '.title, .total', 320);
    expect(await places()).not.toEqual(wide);
    await at.page.setViewportSize({ width: 1220, height: 400 });
    await expect.poll(places).toEqual(wide);
  });

  test('has its controls in sight of a narrow and low window, too', async () => {
    const deep = Array.from({ length: 60 }, (_, i) => `f${i}`).join(';');
    await at.open(svgOf(profileOf([[deep, 1]])), { viewport: { width: 400, height: 300 } });
    await at.page.evaluate(() => window.scrollTo(300, 500));
    await at.page.waitForTimeout(50);
    await expectApart(at.page, '.total', 400);
    expect(await at.page.locator('.bar').evaluate((bar) => bar.getBoundingClientRect().left)).toBe(
      0,
    );
  });

  test.each([
    [1220, 640],
    [1220, 600],
    [400, 600],
  ])('never has controls over its title, in a window of %d by %d', async (width, height) => {
    const deep = Array.from({ length: 36 }, (_, i) => `f${i}`).join(';');
    await at.open(svgOf(profileOf([[deep, 1]])), { viewport: { width, height } });
    const isTitleOnTop = () =>
      at.page.locator('.title').evaluate((title) => {
        const { left, top, bottom } = title.getBoundingClientRect();
        const middle = document.elementFromPoint(left + 5, (Math.max(0, top) + bottom) / 2);
        return bottom <= 0 || middle === title;
      });
    for (const scrolled of [undefined, 5, 15, 25, 35, 45, 55]) {
      if (scrolled !== undefined) await at.page.evaluate((y) => window.scrollTo(0, y), scrolled);
      await at.page.waitForTimeout(50);
      expect([scrolled, await isTitleOnTop()]).toEqual([scrolled, true]);
    }
  });

  test('opens at its top where its root would cost it the title', async () => {
    const deep = Array.from({ length: 36 }, (_, i) => `f${i}`).join(';');
    await at.open(svgOf(profileOf([[deep, 1]])), { viewport: { width: 1220, height: 620 } });
    expect(Number(await at.page.locator('svg').getAttribute('height'))).toBeGreaterThan(640);
    expect(await at.page.evaluate(() => window.scrollY)).toBe(0);
    expect((await at.page.locator('.title').boundingBox())!.y).toBeGreaterThan(0);
  });

  test('is printed without its controls', async () => {
    await at.open();
    expect(await at.page.locator('.controls').isVisible()).toBe(true);
    await at.page.emulateMedia({ media: 'print' });
    expect(await at.page.locator('.controls').isVisible()).toBe(false);
  });

  test('shows what is drawn where somebody has changed the data', async () => {
    const svg = svgOf(profileOf(stacks)).replace(/(profile">\n.{40})..../, '$1AAAA');
    await at.open(svg);
    await at.frame('json_parse').click();
    expect(await at.page.locator('.below').count()).toBe(2);
  });

  test('keeps a background that was asked for, in the dark too', async () => {
    await at.open(svgOf(profileOf(stacks), { background: '#ffeedd' }), { colorScheme: 'dark' });
    expect(await at.fill('.paper')).toBe('rgb(255, 238, 221)');
  });
});

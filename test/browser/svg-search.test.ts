import { expect, test } from 'vitest';
import { describeWithNeeds } from '../needs.ts';
import { profileOf, svgOf } from '../render/profiles.ts';
import { lacking } from './chromium.ts';
import { withPicture } from './picture.ts';

describeWithNeeds('searching a picture', lacking, () => {
  const at = withPicture();

  test.each(['Control+f', 'F3', 'click'])('searches after %s', async (way) => {
    await at.open();
    if (way === 'click') await at.page.locator('[role=searchbox]').click();
    else await at.page.keyboard.press(way);
    await at.page.keyboard.type('JSON_');
    expect(await at.hits()).toEqual(['json_parse', 'json_node', 'json_node']);
    expect(await at.found()).toBe('matched 50.00% of all: 3 frames, 4.77 MiB');
    await at.page.keyboard.press('Backspace');
    await at.page.keyboard.type('x');
    expect(await at.hits()).toEqual([]);
    expect(await at.found()).toBe('matched 0.00% of all: 0 frames, 0.00 MiB');
    await at.page.keyboard.press('Escape');
    expect(await at.found()).toBe('');
  });

  test('shows files and lines, and searches in them', async () => {
    const put = { name: 'put', file: 'src/cache.c', line: 12, inlined: true };
    await at.open(
      svgOf(
        profileOf([
          [['main', put, 'malloc'], 6],
          [['main', { ...put, line: 30, inlined: false }], 2],
          [['main (6 bytes, 60%)'], 2],
        ]),
      ),
    );
    await at.frame('put').hover();
    expect(await at.details()).toBe('Function: put (6 bytes, 60.00%) src/cache.c:12 (inlined)');
    await at.page.keyboard.press('F3');
    await at.page.keyboard.type('cache.c:30');
    expect(await at.found()).toBe('matched 20.00% of all: 1 frame, 2 bytes');
    await at.page.keyboard.press('Escape');
    await at.page.keyboard.press('F3');
    await at.page.keyboard.type('put (');
    expect(await at.hits()).toEqual([]);
  });

  test('shows the numbers of a name that is longer than the line', async () => {
    const name = `std::map<${'int, std::pair<int const, Row>, '.repeat(12)}int>::at(int const&)`;
    await at.open(
      svgOf(
        profileOf([
          [['main', name], 2],
          ['rest', 1],
        ]),
      ),
    );
    await at.frame(name).hover();
    expect(await at.details()).toBe('Function: std::map<…>::at(int const&) (2 bytes, 66.67%)');
    await at.page.keyboard.press('F3');
    await at.page.keyboard.type('map');
    await at.page.keyboard.press('Enter');
    expect(await at.details()).toBe('Function: std::map<…>::at(int const&) (2 bytes, 66.67%)');
  });

  test('does not count a match that stands on a match', async () => {
    await at.open(
      svgOf(
        profileOf([
          ['a;b;a;b', 6],
          ['a;c', 2],
          ['c;b', 2],
        ]),
      ),
    );
    await at.page.keyboard.press('F3');
    await at.page.keyboard.type('a');
    expect(await at.found()).toBe('matched 80.00% of all: 2 frames, 8 bytes');
  });

  test.each([
    ['gathered into one box', 500],
    ['too narrow for any box', 1],
  ])('says that a share is only the least where frames are %s', async (_, bytes) => {
    const narrow = Array.from({ length: 40 }, (_, i) => [`a;f${i};malloc`, bytes] as const);
    await at.open(svgOf(profileOf([['a;big', 10_000_000], ...narrow]), { embed: false }));
    await at.page.keyboard.press('F3');
    await at.page.keyboard.type('malloc');
    expect(await at.found()).toMatch(/^matched at least 0\.00% of all: 0 frames/);
  });

  test('matches neither numbers, nor the root, nor gathered frames', async () => {
    const narrow = Array.from({ length: 40 }, (_, i) => [`f${i}`, 500] as const);
    await at.open(svgOf(profileOf([['wide', 10_000_000], ...narrow])));
    await at.page.keyboard.press('F3');
    for (const text of ['bytes', 'all', 'smaller', '%']) {
      await at.page.keyboard.type(text);
      expect(await at.hits()).toEqual([]);
      for (const _ of text) await at.page.keyboard.press('Backspace');
    }
  });

  test('takes text as it is, or as a regular expression, and survives a broken one', async () => {
    await at.open();
    await at.page.keyboard.press('F3');
    await at.page.keyboard.type('put(int, char const*)');
    expect(await at.hits()).toEqual(['Cache::put(int, char const*)']);
    await at.page.keyboard.press('Escape');
    await at.page.locator('[role=button]', { hasText: '.*' }).click();
    await at.page.keyboard.press('F3');
    await at.page.keyboard.type('^(log|main)$');
    expect(await at.hits()).toEqual(['main', 'log']);
    await at.page.keyboard.type('(');
    expect(await at.found()).toBe('not a regular expression');
    expect(await at.hits()).toEqual([]);
    await at.page.keyboard.press('Backspace');
    expect(await at.hits()).toEqual(['main', 'log']);
  });

  test('tells upper from lower case when asked', async () => {
    await at.open();
    await at.page.keyboard.press('F3');
    await at.page.keyboard.type('cache');
    expect(await at.hits()).toHaveLength(1);
    await at.page.locator('[role=button]', { hasText: 'Aa' }).click();
    expect(await at.hits()).toHaveLength(0);
  });

  test('keeps the search when Tab leaves the field, and the zoom when Escape does', async () => {
    await at.open();
    await at.frame('json_parse').click();
    await at.page.keyboard.press('F3');
    await at.page.keyboard.type('node');
    await at.page.keyboard.press('Tab');
    await at.page.keyboard.type('zzz');
    expect(await at.hits()).toEqual(['json_node']);
    await at.page.keyboard.press('Control+f');
    await at.page.keyboard.press('Escape');
    expect(await at.hits()).toEqual([]);
    expect(await at.page.locator('.below').count()).toBe(2);
    await at.page.keyboard.press('Escape');
    expect(await at.page.locator('.below').count()).toBe(0);
  });

  test('pastes into the search as text', async () => {
    await at.open();
    await at.page.keyboard.press('F3');
    await at.page.evaluate(() => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', 'json\n_parse');
      document.dispatchEvent(new ClipboardEvent('paste', { clipboardData }));
    });
    expect(await at.page.locator('[role=searchbox] text').textContent()).toBe('json _parse');
  });

  test('finds what is gathered or too narrow for any box, and marks where it is', async () => {
    const narrow = Array.from({ length: 300 }, (_, i) => [`a;f${i};malloc`, 100] as const);
    await at.open(svgOf(profileOf([['a;big', 39_970_000], ...narrow, ['a;big;x', 1]])));
    await at.page.keyboard.press('F3');
    await at.page.keyboard.type('malloc');
    expect(await at.found()).toBe('matched 0.07% of all: 300 frames, <0.1 MiB');
    expect(await at.hits()).toEqual(['(300 smaller frames)']);
    const gathered = at.frame('(300 smaller frames)');
    await gathered.hover();
    expect(await at.details()).toBe(
      'Function: (300 smaller frames) (30,000 bytes, 0.07%), 300 matches among them',
    );
    const fill = () => gathered.locator('rect').evaluate((rect) => getComputedStyle(rect).fill);
    expect(await fill()).toBe('rgb(247, 181, 247)');
    for (const _ of 'malloc') await at.page.keyboard.press('Backspace');
    await at.page.keyboard.type('x');
    expect(await at.found()).toBe('matched 0.00% of all: 1 frame, <0.1 MiB');
    expect(await fill()).not.toBe('rgb(247, 181, 247)');
    await at.frame('big').hover();
    await gathered.hover();
    expect(await at.details()).not.toContain('among');
    await at.page.keyboard.press('Backspace');
    await at.page.keyboard.type('f17');
    await at.frame('big').hover();
    await gathered.hover();
    expect(await at.details()).toContain('11 matches among them');
  });

  test('marks all of thousands of matches, the wide ones at once', async () => {
    const thin = Array.from({ length: 4000 }, (_, i) => [`main;many;put${i}`, 1] as const);
    await at.open(svgOf(profileOf([['main;put', 4000], ...thin]), { minWidth: 0 }));
    const count = async () => (await at.hits()).length;
    await at.page.keyboard.press('F3');
    await at.page.keyboard.type('put');
    expect(await at.found()).toContain('matched 100.00% of all: 4,001 frames');
    expect(await at.hits()).toContain('put');
    await expect.poll(count).toBe(4001);
    await at.page.keyboard.press('Enter');
    expect(await at.found()).toMatch(/^1 of 4,001: /);
    await at.page.keyboard.type('1');
    await at.page.keyboard.press('Escape');
    await expect.poll(count).toBe(0);
  });

  test('steps through the matches, zooming to those that are too narrow', async () => {
    await at.open(
      svgOf(
        profileOf([
          ['a;put', 10_000_000],
          ['b;tiny;put', 10],
          ['c;put', 5_000_000],
        ]),
      ),
    );
    const current = () => at.page.locator('.current > title').textContent();
    await at.page.keyboard.press('F3');
    await at.page.keyboard.type('put');
    expect(await at.found()).toBe('matched 100.00% of all: 3 frames, 14.3 MiB');
    await at.page.keyboard.press('Enter');
    expect(await current()).toBe('put (10,000,000 bytes, 66.67%)');
    expect(await at.found()).toBe('1 of 3: matched 100.00% of all: 3 frames, 14.3 MiB');
    await at.page.keyboard.press('F3');
    expect(await current()).toBe('put (10 bytes, 0.00%)');
    expect(await at.page.locator('.below').count()).toBe(3);
    await at.button('\u203a').click();
    expect(await current()).toBe('put (5,000,000 bytes, 33.33%)');
    await at.page.keyboard.press('Shift+F3');
    expect(await current()).toBe('put (10 bytes, 0.00%)');
    await at.button('\u2039').click();
    await at.button('\u2039').click();
    expect(await at.found()).toContain('3 of 3: ');
    await at.button('Reset').click();
    expect(await at.found()).toBe('');
    expect(await at.button('\u203a').isVisible()).toBe(false);
  });
});

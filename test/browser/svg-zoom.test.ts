import { expect, test } from 'vitest';
import { describeWithNeeds } from '../needs.ts';
import { profileOf, type Stacks, svgOf } from '../render/profiles.ts';
import { drawing, lacking, overflowing } from './chromium.ts';
import { stacks, withPicture } from './picture.ts';

describeWithNeeds('zooming a picture', lacking, () => {
  const at = withPicture();

  test('zooms into a frame and out by the frames below it', async () => {
    await at.open();
    const all = await at.visibleFrames();
    const before = await at.labelOf('a_rather_long_name_for_a_very_narrow_frame');
    await at.frame('Cache::put(int, char const*)').click();
    expect(
      await at.frame('Cache::put(int, char const*)').locator('rect').getAttribute('width'),
    ).toBe('1179.5');
    expect(await at.visibleFrames()).toBe(5);
    expect(await at.page.locator('.below').count()).toBe(2);
    expect(before).toBe('');
    await at.frame('a_rather_long_name_for_a_very_narrow_frame').click();
    expect(await at.labelOf('a_rather_long_name_for_a_very_narrow_frame')).toContain(
      'narrow_frame 0.06 MiB',
    );
    expect(await overflowing(at.page)).toEqual([]);
    await at.frame('main').click();
    expect(await at.page.locator('.below').count()).toBe(1);
    expect(await at.visibleFrames()).toBe(10);
    await at.frame('all').click();
    expect(await at.visibleFrames()).toBe(all);
  });

  test('places zoomed children in proportion', async () => {
    await at.open();
    await at.frame('json_parse').click();
    const box = (name: string) =>
      at
        .frame(name)
        .locator('rect')
        .evaluate((rect) => [Number(rect.getAttribute('x')), Number(rect.getAttribute('width'))]);
    expect(await box('json_node')).toEqual([10, 884.5]);
  });

  test.each(['button', 'Escape'])('puts everything back by %s', async (way) => {
    await at.open();
    const still = await drawing(at.page);
    const reset = at.page.locator('[role=button]', { hasText: 'Reset' });
    expect(await reset.isVisible()).toBe(false);
    await at.frame('worker').click();
    expect(await drawing(at.page)).not.toBe(still);
    if (way === 'button') await reset.click();
    else await at.page.keyboard.press('Escape');
    expect(await drawing(at.page)).toBe(still);
    expect(await reset.isVisible()).toBe(false);
  });

  test('goes into what was gathered for its depth, and back to the picture as it was cut', async () => {
    const deep = Array.from({ length: 3000 }, (_, i) => `f${i}`).join(';');
    await at.open(svgOf(profileOf([[deep, 1]]), { maxSize: 400_000 }));
    const drawn = await at.visibleFrames();
    expect(drawn).toBeLessThan(1500);
    const gathered = at.page.locator('g.f', { hasText: 'deeper frames' });
    await gathered.hover();
    expect(await at.details()).toContain(' deeper frames) (1 bytes, 100.00%)');
    expect(await at.visibleFrames()).toBe(drawn);
    await gathered.click();
    expect(await at.frame('f2999').count()).toBe(1);
    await at.page.keyboard.press('Escape');
    expect(await at.visibleFrames()).toBe(drawn);
  });

  test('shows the frame pointed at, then the total again', async () => {
    await at.open();
    await at.frame('json_parse').hover();
    expect(await at.details()).toBe('Function: json_parse (4,000,000 bytes, 40.00%)');
    await at.page.mouse.move(600, 5);
    expect(await at.details()).toBe('total: 9.54 MiB (10,000,000 bytes)');
  });

  test('shortens names as the static picture does', async () => {
    const name = 'std::map<int, std::vector<Row, std::allocator<Row> > >::at(int const&)';
    const stacks: Stacks = [
      [['main', name, 'malloc'], 34],
      [['main', `${name}::{lambda(Row<int>)#1}::operator()(Row<int>) const`], 22],
      [['main', 'operator< <int>(A<int> const&, A<int> const&)'], 17],
      ['rest', 97],
    ];
    await at.open(svgOf(profileOf(stacks)));
    expect(await at.labelOf(name)).toBe('std::map<…>::at(int const&)');
    expect(await at.labelOf('operator< <int>(A<int> const&, A<int> const&)')).toBe('operator< <…>');
    await at.frame('main').click();
    expect(await at.labelOf(name)).toBe(`${name} 34 bytes`);
    expect(await at.labelOf(`${name}::{lambda(Row<int>)#1}::operator()(Row<int>) const`)).toBe(
      'std::map<…>::at::{lambda(Row<…>)#1}::operator()',
    );
    expect(await overflowing(at.page)).toEqual([]);
  });

  const small = Array.from({ length: 300 }, (_, i) => [`main;tiny_${i};deep;deeper`, 100] as const);
  const gathered: Stacks = [['main;wide', 40_000_000], ...small];

  test('shows what was gathered by zooming into it', async () => {
    await at.open(svgOf(profileOf(gathered)));
    await at.page.keyboard.press('Tab');
    const before = Number(await at.page.locator('svg').getAttribute('height'));
    await at.frame('(300 smaller frames)').click();
    expect(await at.visibleFrames()).toBe(2 + 300 * 3);
    expect(await at.page.locator('.below').count()).toBe(2);
    expect(Number(await at.page.locator('svg').getAttribute('height'))).toBe(before + 2 * 16);
    const { y } = (await at.frame('deeper').locator('rect').boundingBox())!;
    const total = (await at.page.locator('.total').boundingBox())!;
    expect(y).toBeGreaterThan(total.y + total.height);
    await at.frame('tiny_7').click();
    expect(await at.labelOf('deeper')).toBe('deeper <0.1 MiB');
    expect(await at.details()).toContain('tiny_7 (100 bytes, 0.00%)');
    await at.page.keyboard.press('Escape');
    expect(Number(await at.page.locator('svg').getAttribute('height'))).toBe(before);
  });

  test('gathers what is too narrow in a zoom, also where the picture has all', async () => {
    const thin = Array.from({ length: 2000 }, (_, i) => [`main;many;f${i}`, 1] as const);
    await at.open(svgOf(profileOf([['main;wide', 2000], ...thin]), { minWidth: 0 }));
    const still = await drawing(at.page);
    expect(await at.visibleFrames()).toBe(4 + 2000);
    await at.frame('main').click();
    expect(await at.visibleFrames()).toBe(5);
    await at.frame('(2,000 smaller frames)').click();
    expect(await at.visibleFrames()).toBe(3 + 2000);
    expect(await drawing(at.page)).not.toBe(still);
    await at.page.keyboard.press('Escape');
    expect(await drawing(at.page)).toBe(still);
    expect(await at.page.locator('.frames > g').count()).toBe(1);
  });

  test('keeps gathered frames together where the data are not in the file', async () => {
    await at.open(svgOf(profileOf(gathered), { embed: false }));
    const still = await drawing(at.page);
    await at.frame('(300 smaller frames)').click();
    expect(await at.labelOf('(300 smaller frames)')).toBe('(300 smaller frames) <0.1 MiB');
    expect(await at.visibleFrames()).toBe(3);
    await at.page.keyboard.press('Escape');
    expect(await drawing(at.page)).toBe(still);
  });

  test('draws the same from the data as from what is drawn', async () => {
    const views: string[] = [];
    for (const embed of [true, false]) {
      await at.open(svgOf(profileOf(stacks), { embed }));
      await at.frame('json_parse').click();
      views.push(await drawing(at.page));
    }
    expect(views[1]).toBe(views[0]);
  });

  test('says the share of what is zoomed to', async () => {
    await at.open();
    await at.frame('json_parse').click();
    await at.frame('json_node').hover();
    expect(await at.details()).toBe(
      'Function: json_node (3,000,000 bytes, 30.00%), 75.0% of json_parse',
    );
  });

  test('goes from frame to frame by arrows, zooms by Enter, out by Escape', async () => {
    await at.open();
    await at.page.locator('.frames').focus();
    await at.page.keyboard.press('Tab');
    await at.page.keyboard.press('Shift+Tab');
    const current = async () =>
      (await at.page.locator('.current > title').textContent())!.replace(/ \(\d.*/, '');
    const walk: [string, string][] = [
      ['ArrowUp', 'main'],
      ['ArrowRight', 'worker'],
      ['ArrowLeft', 'main'],
      ['ArrowUp', 'Cache::put(int, char const*)'],
      ['ArrowRight', 'json_parse'],
      ['ArrowUp', 'json_node'],
      ['ArrowRight', 'malloc'],
      ['ArrowDown', 'json_parse'],
    ];
    for (const [key, name] of walk) {
      await at.page.keyboard.press(key);
      expect(await current()).toBe(name);
    }
    await at.page.keyboard.press('Enter');
    expect(await at.page.locator('.below').count()).toBe(2);
    expect(await current()).toBe('json_parse');
    await at.page.keyboard.press('Escape');
    expect(await at.page.locator('.below').count()).toBe(0);
  });

  test('opens a tall picture at its root, with the controls in sight', async () => {
    const deep = Array.from({ length: 120 }, (_, i) => `f${i}`);
    await at.open(svgOf(profileOf([[deep, 7]])));
    await expect(at.frame('all').boundingBox()).resolves.toMatchObject({ height: 15 });
    expect((await at.frame('all').boundingBox())!.y).toBeLessThan(400);
    const field = await at.page.locator('[role=searchbox]').boundingBox();
    expect(field!.y).toBeGreaterThanOrEqual(0);
    expect(field!.y).toBeLessThan(60);
    await at.frame('f3').hover();
    expect(await at.details()).toBe('Function: f3 (7 bytes, 100.00%)');
    const { x, y, height } = (await at.page.locator('.total').boundingBox())!;
    expect(y).toBeLessThan(60);
    const uppermost = await at.page.evaluate(
      ([left, top]) => document.elementFromPoint(left!, top!)?.getAttribute('class'),
      [x + 5, y + height / 2],
    );
    expect(uppermost).toBe('total');
  });

  test('answers for an icicle too', async () => {
    await at.open(svgOf(profileOf(gathered), { inverted: true }));
    await at.frame('(300 smaller frames)').click();
    const [main, tiny] = [
      await at.frame('main').boundingBox(),
      await at.frame('tiny_1').boundingBox(),
    ];
    expect(tiny!.y).toBe(main!.y + 16);
  });

  test('shows a reversed picture of the data, and its zoom', async () => {
    await at.open(svgOf(profileOf(stacks), { reverse: true }));
    await at.frame('malloc').click();
    expect(await at.visibleFrames()).toBe(10);
  });
});

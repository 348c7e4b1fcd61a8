import { expect, test, vi } from 'vitest';
import type { View } from '../../src/profile/metadata.ts';
import { describeWithNeeds } from '../needs.ts';
import { htmlOf } from '../render/pages.ts';
import { lacking } from './chromium.ts';
import { htmlPages, views } from './html-page.ts';

// A busy machine takes its time.
vi.setConfig({ testTimeout: 30_000 });

describeWithNeeds('a page in a narrow window', lacking, () => {
  const at = htmlPages();

  /** Left and right of all that is seen of the controls, with its name. */
  const edges = (selector: string) =>
    at
      .page()
      .locator(selector)
      .evaluateAll((all) =>
        all
          .map((each) => ({
            name: each.id || each.textContent!,
            box: each.getBoundingClientRect(),
          }))
          .filter(({ box }) => box.width > 0)
          .map(({ name, box }) => [name, box.left, box.right] as const),
      );

  test.each([320, 420, 559])('has all controls and menus in %d pixels', async (width) => {
    await at.open(undefined, { viewport: { width, height: 800 } });
    await at.page().locator('#search').fill('malloc');
    for (const menu of await at.page().locator('details.menu').all()) {
      await menu.locator('summary').click();
      const shown = await edges('.bar > *, .end > *, .search > *, details[open].menu > div *');
      expect(shown.length).toBeGreaterThan(10);
      for (const [name, left, right] of shown)
        expect([name, left >= 0, right <= width]).toEqual([name, true, true]);
      await menu.locator('summary').click();
    }
    expect((await edges('th.text'))[0]![2] - (await edges('th.text'))[0]![1]).toBeGreaterThan(120);
  });

  test.each([1100, 1200, 1280, 1366])(
    'has search and table in one row of %d pixels',
    async (width) => {
      const called = (view: View) => ({ ...views[0], meta: { ...views[0].meta, view } });
      const all = [called('unfreed_and_mapped'), called('all'), called('mmap')] as const;
      await at.open(htmlOf([...all, called('mapped')]), { viewport: { width, height: 800 } });
      const topOf = async (id: string) => (await at.page().locator(id).boundingBox())!.y;
      expect(await topOf('#toggle-table')).toBe(await topOf('#search'));
      expect(await topOf('#show-help')).toBe(await topOf('#search'));
      expect((await topOf('#search')) === (await topOf('#views'))).toBe(width >= 1280);
    },
  );

  test('keeps rows of the graph in sight of a low window, and the table', async () => {
    await at.open(undefined, { viewport: { width: 360, height: 640 } });
    const heightOf = async (id: string) => (await at.page().locator(id).boundingBox())!.height;
    expect(await heightOf('#graph')).toBeGreaterThan(160);
    expect(await heightOf('#table')).toBeGreaterThan(160);
    expect(await heightOf('header')).toBeGreaterThan(80);
    await at.page().locator('#table').scrollIntoViewIfNeeded();
    expect(await at.page().locator('#table').isVisible()).toBe(true);
  });
});

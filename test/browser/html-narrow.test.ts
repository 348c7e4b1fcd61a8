import { expect, test, vi } from 'vitest';
import { describeWithNeeds } from '../needs.ts';
import { htmlPages, lacking } from './html-page.ts';

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
      const shown = await edges('.bar > *, .search > *, details[open].menu > div *');
      expect(shown.length).toBeGreaterThan(10);
      for (const [name, left, right] of shown)
        expect([name, left >= 0, right <= width]).toEqual([name, true, true]);
      await menu.locator('summary').click();
    }
    expect((await edges('th.text'))[0]![2] - (await edges('th.text'))[0]![1]).toBeGreaterThan(120);
  });
});

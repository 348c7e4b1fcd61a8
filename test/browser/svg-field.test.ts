import { expect, test } from 'vitest';
import { describeWithNeeds } from '../needs.ts';
import { lacking } from './chromium.ts';
import { withPicture } from './picture.ts';

describeWithNeeds('the search field of a picture', lacking, () => {
  const at = withPicture();
  const text = () => at.page.locator('[role=searchbox] text').textContent();
  const isSelected = () => at.page.locator('.selection').isVisible();

  async function search(words: string): Promise<void> {
    await at.open();
    await at.page.keyboard.press('Control+f');
    await at.page.keyboard.type(words);
  }

  test.each(['Control+f', 'Tab', 'click'])('has its text replaced after %s', async (way) => {
    await search('json');
    await at.page.keyboard.press(way === 'Tab' ? 'Shift+Tab' : 'Tab');
    expect(await isSelected()).toBe(false);
    if (way === 'click') await at.page.locator('[role=searchbox]').click();
    else await at.page.keyboard.press(way);
    expect([await text(), await isSelected()]).toEqual(['json', true]);
    await at.page.keyboard.type('log');
    expect([await text(), await isSelected()]).toEqual(['log', false]);
    expect(await at.hits()).toEqual(['log']);
  });

  test('selects all by Ctrl-A, which Backspace takes away, and an arrow keeps', async () => {
    await search('json');
    await at.page.keyboard.press('Control+a');
    expect(await isSelected()).toBe(true);
    await at.page.keyboard.press('ArrowRight');
    await at.page.keyboard.type('_');
    expect([await text(), await isSelected()]).toEqual(['json_', false]);
    await at.page.keyboard.press('Control+a');
    await at.page.keyboard.press('Backspace');
    expect([await text(), await isSelected()]).toEqual(['', false]);
    expect(await at.hits()).toEqual([]);
  });

  test('is gone on with after a click on a toggle', async () => {
    await search('Cac');
    await at.button('Aa').click();
    await at.page.keyboard.type('h');
    await at.button('.*').click();
    await at.page.keyboard.type('e');
    expect(await text()).toBe('Cache');
    expect(await at.hits()).toEqual(['Cache::put(int, char const*)']);
  });

  test('is gone to by a click on a toggle, not by a key', async () => {
    await at.open();
    await at.button('.*').focus();
    await at.page.keyboard.press('Enter');
    await at.page.keyboard.type('x');
    expect(await text()).toBe('Search (Ctrl-F)');
    await at.button('.*').click();
    await at.page.keyboard.type('x');
    expect(await text()).toBe('x');
  });
});

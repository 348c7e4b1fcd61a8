import { expect, test } from 'vitest';
import { describeWithNeeds } from '../needs.ts';
import { profileOf, svgOf } from '../render/profiles.ts';
import { lacking } from './chromium.ts';
import { withPicture } from './picture.ts';

describeWithNeeds('names from right to left', lacking, () => {
  const at = withPicture();

  test.each(['שלום', 'مرحبا', 'f_שלום', '漢字', 'plain'])(
    '%s has its amount behind it',
    async (name) => {
      await at.open(svgOf(profileOf([[['main', name], 60]])));
      const places = await at.frame(name).evaluate((group) => {
        const text = group.querySelector('text')!;
        const startOf = (index: number) => text.getExtentOfChar(index).x;
        const ownLength = text.firstChild!.textContent!.trimEnd().replace('\u200e', '').length;
        const own = Array.from({ length: ownLength }, (_, index) => startOf(index));
        return { own, amount: startOf(text.textContent!.indexOf('60')) };
      });
      expect(Math.max(...places.own)).toBeLessThan(places.amount);
      await at.frame(name).hover();
      expect((await at.details())!.replace('\u200e', '')).toBe(
        `Function: ${name} (60 bytes, 100.00%)`,
      );
      const numbers = await at.page.locator('.total').evaluate((line) => {
        const text = line as SVGTextElement;
        const words = text.textContent!;
        return ['Function', '60', 'bytes', '100'].map(
          (word) => text.getExtentOfChar(words.indexOf(word)).x,
        );
      });
      expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
    },
  );
});

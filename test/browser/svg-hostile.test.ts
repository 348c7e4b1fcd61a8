import { expect, test } from 'vitest';
import { diff } from '../../src/fold/diff.ts';
import { plain } from '../fold/comparisons.ts';
import { describeWithNeeds } from '../needs.ts';
import { profileOf, type Stacks, svgOf } from '../render/profiles.ts';
import { lacking, seenFrames } from './chromium.ts';
import { withPicture } from './picture.ts';

const attacks = [
  ']]>',
  '</script><script>ran()</script>',
  '</title></g></svg><script>ran()</script>',
  '<img src=x onerror=ran()>',
  '<svg/onload=ran()>',
  '--><script>ran()</script>',
  '</style><script>ran()</script>',
  '</metadata><script>ran()</script>',
  '" onmouseover="ran()',
  "' onfocus='ran()",
  'javascript:ran()',
  'https://example.com/',
  '&lt;script&gt;ran()&lt;/script&gt;',
  '\u202eevil\u2066',
  '\u001b[31m\u0000',
  '\ud800',
  'a (5 bytes, 1%)',
  '12345',
  '__proto__',
  'x'.repeat(1_000_000),
];

describeWithNeeds('hostile names in a browser', lacking, () => {
  const at = withPicture();

  const stacksOf = (weight: number): Stacks =>
    attacks.map((name) => [['main', name, name], weight] as const);
  const options = {
    title: attacks.slice(0, -1).join(' '),
    notes: attacks.slice(0, -1).join(' '),
    nameType: attacks[1]!,
    countName: attacks[3]!,
  };
  const hostile = svgOf(profileOf(stacksOf(5)), options);
  const runs = (weight: number) => [{ name: attacks[2]!, profile: profileOf(stacksOf(weight)) }];
  const differential = diff({ before: runs(3), after: runs(5) }, plain);

  async function useIt(): Promise<void> {
    const ran: string[] = [];
    await at.page.exposeFunction('ran', () => ran.push('ran'));
    at.page.on('request', (request) => ran.push(request.url()));
    at.page.on('dialog', (dialog) => ran.push(dialog.message()));
    const count = await at.visibleFrames();
    expect(count).toBe(2 * attacks.length + 2);
    for (const index of [2, 8, 20, 30]) {
      await at.page.locator(seenFrames).nth(index).click();
      expect(await at.page.locator('.below').count()).toBeGreaterThan(1);
      await at.page.locator(seenFrames).first().click();
    }
    await at.page.locator('[role=searchbox]').click();
    for (const text of ['<img', 'ran()', ']]>']) {
      await at.page.keyboard.type(text);
      expect((await at.hits()).length).toBeGreaterThan(0);
      for (const _ of text) await at.page.keyboard.press('Backspace');
    }
    expect(await at.page.locator('script').count()).toBe(1);
    expect(await at.page.locator('img, a, image').count()).toBe(0);
    expect(ran).toEqual([]);
    // What it was given to call stays.
    await at.close();
  }

  test.each([
    ['a flame graph', hostile],
    ['a differential', svgOf(differential, options)],
  ])('are text in a document: %s', async (_, svg) => {
    await at.open(svg);
    await useIt();
  });

  test('are text in a page', async () => {
    const inline = hostile.replace(/^<\?xml[^>]*>\n/, '');
    await at.open(`<!doctype html><meta charset="utf-8"><body>${inline}</body>`);
    await useIt();
  });

  test('are text in an address', async () => {
    await at.open(hostile, {
      hash: '#zoom=main;%3Cimg%20src%3Dx%20onerror%3Dran()%3E&search=</script>',
    });
    expect(await at.page.locator('.below').count()).toBe(2);
    expect(await at.page.locator('script').count()).toBe(1);
  });
});

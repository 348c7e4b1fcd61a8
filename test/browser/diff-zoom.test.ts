import { expect, test } from 'vitest';
import { diff } from '../../src/fold/diff.ts';
import { widthChoices } from '../../src/profile/differential.ts';
import { plain } from '../fold/comparisons.ts';
import { describeWithNeeds } from '../needs.ts';
import { compared, runOf } from '../render/diff-pictures.ts';
import { tooltips } from '../render/pictures.ts';
import { type Stacks, svgOf } from '../render/profiles.ts';
import { drawing, lacking, overflowing, seenFrames } from './chromium.ts';
import { withPicture } from './picture.ts';

/** 300 frames too narrow to be drawn, of each kind that there is, beside a wide one. */
const tiny = (weightOf: (index: number) => number): Stacks => [
  ['main;wide', 40_000_000],
  ...Array.from({ length: 300 }, (_, i) => [`main;tiny_${i};deep`, weightOf(i)] as const),
];
const before = tiny((i) => [100, 0, 100, 100, 100][i % 5]!);
const after = tiny((i) => [100, 100, 0, 40, 150][i % 5]!);
const profile = compared(before, after);

describeWithNeeds('zooming a differential', lacking, () => {
  const at = withPicture();

  const classOf = (name: string) =>
    at.frame(name).evaluate((group) => group.getAttribute('class')!.split(' ')[1]);
  const seenTooltips = () => at.page.locator(`${seenFrames}:not(.below) > title`).allTextContents();

  test('gives room to what was gathered, with all that is known of it', async () => {
    await at.open(svgOf(profile));
    const still = await drawing(at.page);
    expect(await at.visibleFrames()).toBe(4);
    await at.frame('(300 smaller frames)').click();
    expect(await at.visibleFrames()).toBe(2 + 2 * 300);
    const names = ['tiny_0', 'tiny_1', 'tiny_2', 'tiny_3', 'tiny_4'];
    expect(await Promise.all(names.map(classOf))).toEqual([
      'same',
      'new',
      'vanished',
      'halved',
      'more',
    ]);
    expect(await at.frame('tiny_2').locator('rect').getAttribute('fill')).toBe(
      'url(#memstacks-vanished)',
    );
    // Nothing is gathered where there is no smallest width.
    const all = tooltips(svgOf(profile, { minWidth: 0 })).filter((each) =>
      /^(tiny|deep)/.test(each),
    );
    expect((await seenTooltips()).sort()).toEqual(all.sort());
    await at.page.keyboard.press('Escape');
    expect(await drawing(at.page)).toBe(still);
  });

  test('keeps the legend below frames that reach higher than the picture did', async () => {
    const deep = (weight: number) =>
      tiny(() => weight).map(
        ([stack, each]) =>
          [stack === 'main;wide' ? stack : `${stack};${'deeper;'.repeat(30)}`, each] as const,
      );
    await at.open(svgOf(compared(deep(100), deep(200))));
    await at.frame('(300 smaller frames)').click();
    const legend = (await at.page.locator('.legend').boundingBox())!;
    const root = (await at.frame('all').boundingBox())!;
    expect(legend.y).toBeGreaterThan(root.y + root.height);
    await at.page.keyboard.press('Escape');
    expect(await at.page.locator('.legend').getAttribute('transform')).toBe(null);
  });

  test.each(widthChoices)('is by the widths of the picture: %s', async (widths) => {
    await at.open(svgOf(profile, { widths }));
    const count = { max: 300, after: 240, before: 240 }[widths];
    await at.frame(`(${count} smaller frames)`).click();
    expect(await at.visibleFrames()).toBe(2 + 2 * count);
    const weights = { max: [100, 100, 150], after: [100, 0, 150], before: [0, 100, 100] }[widths];
    const widthOf = async (name: string) => {
      if ((await at.frame(name).count()) === 0) return 0;
      return Number(await at.frame(name).locator('rect').getAttribute('width'));
    };
    const shown = await Promise.all(['tiny_1', 'tiny_2', 'tiny_4'].map(widthOf));
    const unit = shown[2]! / weights[2]!;
    for (const [index, weight] of weights.entries())
      expect(Math.abs(shown[index]! - weight * unit)).toBeLessThan(0.6);
    await at.page.keyboard.press('Escape');
    expect(await at.visibleFrames()).toBe(4);
  });

  test('sums up what is gathered by it', async () => {
    const many = (weight: number): Stacks => [
      ...Array.from({ length: 3000 }, (_, i) => [`main;many;f${i}`, weight] as const),
      ['main;many;heavy', 30_000],
      ['main;wide', 10_000_000],
    ];
    await at.open(svgOf(compared(many(1), many(3))));
    await at.frame('many').click();
    expect((await seenTooltips()).at(-1)).toBe(
      '(3,000 smaller frames) (+0.01 MiB, +200.0%)\ntotal: 3,000 bytes before, 9,000 after, change +6,000',
    );
  });

  test('draws the same from the data as from what is drawn', async () => {
    const wide = compared(
      [
        ['main;work;a', 4_000_000],
        ['main;work;gone', 2_000_000],
      ],
      [
        ['main;work;a', 5_000_000],
        ['main;work;fresh', 3_000_000],
      ],
    );
    const views: string[] = [];
    for (const embed of [true, false]) {
      await at.open(svgOf(wide, { embed }));
      await at.frame('work').click();
      views.push(await drawing(at.page));
    }
    expect(views[1]).toBe(views[0]);
  });

  test('keeps what the legend hides, and lets it hide what came into sight', async () => {
    await at.open(svgOf(profile));
    const entry = at.page.locator('.legend .entry[data-frames=vanished]');
    expect(await entry.getAttribute('role')).toBe(null);
    await entry.click();
    await at.frame('(300 smaller frames)').click();
    expect(await entry.getAttribute('aria-pressed')).toBe('true');
    await entry.click();
    const seen = (name: string) => at.frame(name).locator('rect').isVisible();
    expect([await seen('tiny_2'), await seen('tiny_1')]).toEqual([false, true]);
    await at.page.keyboard.press('Escape');
    await at.frame('(300 smaller frames)').click();
    expect(await seen('tiny_2')).toBe(false);
    await entry.press('Enter');
    expect(await seen('tiny_2')).toBe(true);
  });

  test('tells noise as the picture does', async () => {
    const runs = {
      before: [
        runOf(
          '1',
          tiny(() => 100),
        ),
        runOf(
          '2',
          tiny(() => 120),
        ),
      ],
      after: [
        runOf(
          '3',
          tiny((i) => (i === 7 ? 300 : 115)),
        ),
      ],
    };
    await at.open(svgOf(diff(runs, { ...plain, threshold: { amount: 2 } })));
    await at.frame('(300 smaller frames)').click();
    expect([await classOf('tiny_1'), await classOf('tiny_7')]).toEqual(['noise', 'doubled']);
    await at.frame('tiny_1').hover();
    expect(await at.details()).toContain('noise: the runs of a side differ by 20 bytes');
  });

  test('reads what was scaled and turned round', async () => {
    const turned = compared(
      [
        ['main;a;malloc', 10],
        ['main;b;malloc', 30],
      ],
      [['main;a;malloc', 20]],
      { normalize: 'after' },
    );
    await at.open(svgOf(turned, { reverse: true }));
    await at.frame('a').click();
    expect(await seenTooltips()).toEqual([
      expect.stringContaining('total: 5 bytes before, 20 after, change +15'),
      expect.stringContaining('main (+15 bytes, +300.0%)'),
    ]);
  });

  test('is kept by the address, and followed', async () => {
    const svg = svgOf(profile);
    await at.open(svg);
    await at.frame('(300 smaller frames)').click();
    await at.page.keyboard.press('F3');
    await at.page.keyboard.type('tiny_1');
    const hash = await at.hash();
    const views = [await drawing(at.page), await at.found()];
    await at.open(svg, { hash });
    expect([await drawing(at.page), await at.found()]).toEqual(views);
  });

  test('goes from frame to frame by the keyboard', async () => {
    await at.open(svgOf(profile));
    await at.page.locator('.frames').focus();
    for (const key of ['Home', 'ArrowUp', 'ArrowUp', 'ArrowRight', 'Enter', 'ArrowRight'])
      await at.page.keyboard.press(key);
    expect(await at.visibleFrames()).toBe(2 + 2 * 300);
    await at.page.keyboard.press('ArrowUp');
    expect(await at.details()).toContain('tiny_0');
    expect(await overflowing(at.page)).toEqual([]);
  });
});

describeWithNeeds('searching a differential', lacking, () => {
  const at = withPicture();

  async function search(text: string): Promise<string | null> {
    await at.page.keyboard.press('Control+f');
    await at.page.keyboard.type(text);
    return at.found();
  }

  test('covers what is too narrow to be drawn, to the byte', async () => {
    await at.open(svgOf(profile));
    expect(await search('deep')).toBe(
      'matched 300 frames: 0.06% to 0.06% of all, <0.1 MiB to <0.1 MiB, -<0.1 MiB, -2.5%',
    );
    expect(await at.hits()).toHaveLength(1);
    await at.page.keyboard.press('Enter');
    expect(await at.found()).toMatch(/^1 of 300: /);
    expect(await at.details()).toContain('deep (');
  });

  test.each([
    ['after', 240, 60],
    ['before', 240, 60],
    ['max', 300, 0],
  ] as const)('adds up both sides whatever the widths: %s', async (widths, seen, unseen) => {
    await at.open(svgOf(profile, { widths }));
    const more = unseen === 0 ? '' : `, ${unseen} more of no width`;
    expect(await search('tiny')).toBe(
      `matched ${seen} frames${more}: 0.06% to 0.06% of all, <0.1 MiB to <0.1 MiB, -<0.1 MiB, -2.5%`,
    );
  });

  test('says what it cannot know without the data', async () => {
    await at.open(svgOf(profile, { embed: false }));
    expect(await search('wide')).toBe(
      'matched at least 1 frame: 99.94% to 99.94% of all, 38.1 MiB',
    );
    expect(await search('tiny')).toMatch(/^matched at least 0 frames/);
  });
});

import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { diff } from '../../src/fold/diff.ts';
import { diffSwatches, tendencyOf } from '../../src/render/diff-colour.ts';
import { svgDocument } from '../documents.ts';
import { plain } from '../fold/comparisons.ts';
import { contrast, deuteranopia, difference } from './colours.ts';
import { compared, runOf, shown } from './diff-pictures.ts';
import { meta, picture, textsOf } from './pictures.ts';
import { profileOf, type Stacks, someStacks, svgOf } from './profiles.ts';

describe('the picture', () => {
  it('says what both sides are, with their totals, and what was lost', async () => {
    const runs = {
      before: [runOf('old.capture', [['main;a', 2_000_000]], meta)],
      after: [runOf('new.folded', [['main;a', 3_000_000]])],
    };
    const profile = diff(runs, { ...plain, normalize: 'after', threshold: { share: 0.01 } });
    await expect(picture(svgOf(profile, { width: 900 }))).toMatchFileSnapshot('diff.golden.svg');
  });

  it('takes a title, a line and a count name of your own', () => {
    const svg = svgOf(compared([['a', 1]], [['a', 2]]), {
      title: 'T <1>',
      subtitle: 'S & co',
      countName: 'apples',
    });
    expect(textsOf(svgDocument(svg), '.title')).toEqual(['T <1>']);
    expect(textsOf(svgDocument(svg), '.note').slice(0, 2)).toEqual([
      'S & co',
      'before: old, 1 byte',
    ]);
    expect(textsOf(svgDocument(svg), '.total')).toEqual([
      'total: 1 apples before, 2 apples after: +1 byte, +100.0%',
    ]);
  });

  it.each<[string, Stacks, Stacks, string[]]>([
    ['nothing before', [], [['a', 1]], ['new other: all (+1 byte, new)', 'new: a (+1 byte, new)']],
    [
      'nothing after',
      [['a', 1]],
      [],
      ['vanished other: all (-1 byte, vanished)', 'vanished: a (-1 byte, vanished)'],
    ],
    ['the same', [['a', 1]], [['a', 1]], ['same other: all (no change)', 'same: a (no change)']],
    ['nothing at all', [], [], ['same other: all (no change)']],
  ])('of %s', (_, before, after, expected) => {
    const svg = svgOf(compared(before, after));
    expect(shown(svg)).toEqual(expected);
    expect(picture(svg)).not.toMatch(/NaN|Infinity/);
  });

  it('stays one whatever the names are', () => {
    fc.assert(
      fc.property(someStacks, someStacks, (one, other) => {
        const document = svgDocument(svgOf(compared(one, other)));
        expect(document.documentElement.tagName).toBe('svg');
      }),
      { numRuns: 30 },
    );
  });

  it('has what its fills refer to, and a legend of them', () => {
    const document = svgDocument(svgOf(compared([['a', 1]], [])));
    const fills = [...document.querySelectorAll('[fill^="url"]')];
    expect(fills.length).toBeGreaterThan(2);
    for (const fill of fills) {
      const id = /#([a-z-]+)/.exec(fill.getAttribute('fill')!)![1]!;
      expect(document.querySelector(`pattern[id="${id}"]`)).not.toBeNull();
    }
    expect(textsOf(document, '.legend text')).toEqual(diffSwatches.map(({ words }) => words));
  });

  it('keeps its legend within narrow pictures', () => {
    const document = svgDocument(svgOf(compared([['a', 1]], []), { width: 200 }));
    const bottoms = [...document.querySelectorAll('.legend rect')].map((rect) =>
      Number(rect.getAttribute('y')),
    );
    expect(new Set(bottoms).size).toBeGreaterThan(3);
    expect(Math.max(...bottoms) + 12).toBeLessThan(
      Number(document.documentElement.getAttribute('height')),
    );
  });
});

describe('options of flame graphs', () => {
  const profile = compared([['main;a', 1]], [['main;a', 2]]);

  it('work: a remark below the heading, and the background', () => {
    const svg = svgOf(profile, { notes: 'build <7>', subtitle: 'nightly', background: '#e6ebfa' });
    expect(textsOf(svgDocument(svg), '.note').slice(0, 2)).toEqual(['nightly', 'build <7>']);
    expect(svg).toContain('#e6ebfa');
    expect(svgOf(profile)).not.toContain('#e6ebfa');
  });

  it('or are said to be ignored', () => {
    const remarks: string[] = [];
    const onRemark = (line: string) => remarks.push(line);
    const options = { colors: 'hot', factor: 2, total: 1 } as const;
    expect(svgOf(profile, { ...options, onRemark })).toBe(svgOf(profile));
    expect(remarks).toEqual([
      '--colors, --total, --factor: ignored, colours and amounts of a differential are those of change',
    ]);
  });
});

test('widths of differentials are said to be ignored in flame graphs', () => {
  const remarks: string[] = [];
  svgOf(profileOf([['a', 1]]), { widths: 'after', onRemark: (line) => remarks.push(line) });
  expect(remarks).toEqual(['--widths: ignored, it is of differentials']);
});

describe('colours', () => {
  const solid = ({ colour, pattern }: (typeof diffSwatches)[number]) => [
    colour,
    ...(pattern === undefined ? [] : [pattern.colour]),
  ];

  test.each(diffSwatches)('$name carries black text', (swatch) => {
    for (const colour of solid(swatch)) expect(contrast(colour)).toBeGreaterThanOrEqual(4.5);
  });

  test('of more and less are far apart, also without red or green', () => {
    const colourOf = (tendency: string) =>
      diffSwatches.find((swatch) => swatch.name === tendency)!.colour;
    for (const [less, more] of [
      ['less', 'more'],
      ['halved', 'doubled'],
    ] as const)
      for (const seen of [(colour: string) => colour, deuteranopia])
        expect(difference(seen(colourOf(less)), seen(colourOf(more)))).toBeGreaterThan(30);
  });

  test.each([
    [0, 0, 'same'],
    [5, 5, 'same'],
    [0, 1, 'new'],
    [1, 0, 'vanished'],
    [10, 11, 'more'],
    [10, 20, 'doubled'],
    [10, 9, 'less'],
    [10, 5, 'halved'],
    [1, 1e12, 'doubled'],
  ])('from %d to %d is %s', (before, after, tendency) => {
    expect(tendencyOf(before, after)).toBe(tendency);
  });

  test('do not depend on how much another frame changed', () => {
    const small: [Stacks, Stacks] = [[['a', 10]], [['a', 11]]];
    const outlier: Stacks = [['b', 1e12]];
    const fillOf = (svg: string, name: string) =>
      new RegExp(`<title>${name} [^]*?fill="([^"]+)"`).exec(svg)![1];
    const options = { minWidth: 0 };
    expect(fillOf(svgOf(compared(small[0], [...small[1], ...outlier]), options), 'a')).toBe(
      fillOf(svgOf(compared(...small), options), 'a'),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type DiffOptions, diff } from '../../src/fold/diff.ts';
import type { Widths } from '../../src/profile/differential.ts';
import type { Metadata } from '../../src/profile/metadata.ts';
import type { Profile } from '../../src/profile.ts';
import { diffSwatches, tendencyOf } from '../../src/render/diff-colour.ts';
import { contrast, deuteranopia, difference } from './colours.ts';
import { meta, parse, picture, textsOf, tooltips } from './pictures.ts';
import { profileOf, type Stacks, someStacks, svgOf } from './profiles.ts';

const plain: DiffOptions = {
  normalize: 'none',
  threshold: { amount: 0 },
  matching: { by: 'all', stripHex: false },
};

function compared(before: Stacks, after: Stacks, options: Partial<DiffOptions> = {}): Profile {
  const runs = { before: [runOf('old', before)], after: [runOf('new', after)] };
  return diff(runs, { ...plain, ...options });
}

function runOf(name: string, stacks: Stacks, metadata: Metadata = {}) {
  return { name, profile: profileOf(stacks, metadata) };
}

/** `classes: first line of the tooltip`, of every frame. */
function shown(svg: string): string[] {
  return [...parse(svg).querySelectorAll('.f')].map((group) => {
    const tooltip = group.querySelector('title')!.textContent!;
    return `${group.getAttribute('class')!.slice(2)}: ${tooltip.split('\n')[0]}`;
  });
}

function widthOf(svg: string, name: string): number {
  const group = [...parse(svg).querySelectorAll('.f')].find((each) =>
    each.querySelector('title')!.textContent!.startsWith(`${name} (`),
  );
  return group === undefined ? 0 : Number(group.querySelector('rect')!.getAttribute('width'));
}

describe('a frame', () => {
  it('has the change of its total, not only of its own weight', () => {
    // jonhoo/inferno#295: with the change of the leaf alone nothing is seen of main and work.
    const profile = compared(
      [
        ['main;work;a', 10],
        ['main;idle', 10],
      ],
      [
        ['main;work;a', 25],
        ['main;idle', 10],
      ],
    );
    expect(shown(svgOf(profile))).toEqual([
      'more other: all (+15 bytes, +75.0%)',
      'more: main (+15 bytes, +75.0%)',
      'same: idle (no change)',
      'doubled: work (+15 bytes, +150.0%)',
      'doubled: a (+15 bytes, +150.0%)',
    ]);
  });

  it('is drawn if it vanished, and if it is new', () => {
    // brendangregg/FlameGraph#74: what is not there any more is not seen.
    const svg = svgOf(
      compared(
        [
          ['main;old;malloc', 30],
          ['main;kept', 30],
        ],
        [
          ['main;new;malloc', 10],
          ['main;kept', 30],
        ],
      ),
    );
    expect(shown(svg)).toEqual([
      'less other: all (-20 bytes, -33.3%)',
      'less: main (-20 bytes, -33.3%)',
      'same: kept (no change)',
      'new: new (+10 bytes, new)',
      'new: malloc (+10 bytes, new)',
      'vanished: old (-30 bytes, vanished)',
      'vanished: malloc (-30 bytes, vanished)',
    ]);
    expect(widthOf(svg, 'old') / widthOf(svg, 'new')).toBeCloseTo(3, 1);
  });

  it('whose callees changed and whose own weight did not says both', () => {
    const profile = compared(
      [
        ['p', 5],
        ['p;x', 10],
        ['p;y', 20],
      ],
      [
        ['p', 5],
        ['p;x', 20],
        ['p;y', 10],
      ],
    );
    const [, tooltip] = tooltips(svgOf(profile));
    expect(tooltip).toBe(
      'p (no change)\n' +
        'total: 35 bytes before, 35 after, change 0\n' +
        'self: 5 bytes before, 5 after, change 0',
    );
  });

  it('that is noise is grey, and says why', () => {
    const below = compared([['a', 100]], [['a', 101]], { threshold: { amount: 2 } });
    expect(tooltips(svgOf(below))[1]).toMatch(
      /^a \(\+1 bytes?, \+1\.0%, noise\)\n.*\nself.*\nnoise: below the threshold$/,
    );
    const runs = {
      before: [runOf('1', [['a', 100]]), runOf('2', [['a', 120]])],
      after: [runOf('3', [['a', 115]])],
    };
    const svg = svgOf(diff(runs, plain));
    expect(tooltips(svg)[1]).toContain('noise: the runs of a side differ by 20 bytes');
    expect(shown(svg)[1]).toBe('noise: a (+5 bytes, +4.5%, noise)');
    expect(svg).toContain('noise: changes no larger than what the runs of a side differ by');
  });

  it('shows as much of the change as there is room for', () => {
    const labels = (width: number) => {
      const svg = svgOf(compared([['function', 1_000_000]], [['function', 1_500_000]]), { width });
      return textsOf(parse(svg), '.f > text')[1];
    };
    expect(labels(1200)).toBe('function 0.95 MiB to 1.43 MiB, +0.48 MiB, +50.0%');
    expect(labels(220)).toBe('function +0.48 MiB');
    expect(labels(100)).toBe('function');
  });

  it('stands for what is too narrow, with its change', () => {
    const many = (weight: number): Stacks =>
      Array.from({ length: 30 }, (_, index) => [`main;f${index}`, weight] as const);
    const profile = compared([...many(1), ['main;x', 10_000]], [...many(3), ['main;x', 10_000]]);
    expect(shown(svgOf(profile, { minWidth: 0.5 }))).toContain(
      'doubled other: (30 smaller frames) (+60 bytes, +200.0%)',
    );
  });
});

describe('widths', () => {
  const before: Stacks = [
    ['main;gone', 30],
    ['main;both', 10],
  ];
  const after: Stacks = [
    ['main;both', 20],
    ['main;fresh', 20],
  ];

  it.each<[Widths | undefined, number[]]>([
    [undefined, [30, 20, 20]],
    ['max', [30, 20, 20]],
    ['before', [30, 10, 0]],
    ['after', [0, 20, 20]],
  ])('%s', (widths, [gone, both, fresh]) => {
    const svg = svgOf(compared(before, after), widths && { widths });
    const sum = gone! + both! + fresh!;
    for (const [name, part] of [
      ['gone', gone!],
      ['both', both!],
      ['fresh', fresh!],
    ] as const)
      expect(widthOf(svg, name)).toBeCloseTo(part === 0 ? 0 : (1180 * part) / sum - 0.5, 0);
    expect(svg).toContain(`>widths: ${widths === undefined || widths === 'max' ? 'the' : widths}`);
  });

  it('leave no frame out that has weight on any side', () => {
    fc.assert(
      fc.property(someStacks, someStacks, (one, other) => {
        const profile = compared(one, other);
        const svg = svgOf(profile, { minWidth: 0 });
        const weighty = [...profile.parent.keys()].filter(
          (node) => profile.columns[0]!.self[node]! + profile.columns[1]!.self[node]! > 0,
        );
        const nodes = new Set([0]);
        for (const leaf of weighty)
          for (let node = leaf; node > 0; node = profile.parent[node]!) nodes.add(node);
        expect(parse(svg).querySelectorAll('.f').length).toBe(nodes.size);
      }),
      { numRuns: 30 },
    );
  });
});

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
    expect(textsOf(parse(svg), '.title')).toEqual(['T <1>']);
    expect(textsOf(parse(svg), '.note').slice(0, 2)).toEqual(['S & co', 'before: old, 1 byte']);
    expect(textsOf(parse(svg), '.total')).toEqual([
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
        const document = parse(svgOf(compared(one, other)));
        expect(document.documentElement.tagName).toBe('svg');
      }),
      { numRuns: 30 },
    );
  });

  it('has what its fills refer to, and a legend of them', () => {
    const document = parse(svgOf(compared([['a', 1]], [])));
    const fills = [...document.querySelectorAll('[fill^="url"]')];
    expect(fills.length).toBeGreaterThan(2);
    for (const fill of fills) {
      const id = /#([a-z-]+)/.exec(fill.getAttribute('fill')!)![1]!;
      expect(document.querySelector(`pattern[id="${id}"]`)).not.toBeNull();
    }
    expect(textsOf(document, '.legend text')).toEqual(diffSwatches.map(({ words }) => words));
  });

  it('keeps its legend within narrow pictures', () => {
    const document = parse(svgOf(compared([['a', 1]], []), { width: 200 }));
    const bottoms = [...document.querySelectorAll('.legend rect')].map((rect) =>
      Number(rect.getAttribute('y')),
    );
    expect(new Set(bottoms).size).toBeGreaterThan(3);
    expect(Math.max(...bottoms) + 12).toBeLessThan(
      Number(document.documentElement.getAttribute('height')),
    );
  });
});

describe('colours', () => {
  const solid = ({ colour, pattern }: (typeof diffSwatches)[number]) => [
    colour,
    ...[...pattern.matchAll(/#[0-9a-f]{6}/g)].map(([each]) => each),
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

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diff } from '../../src/fold/diff.ts';
import type { Widths } from '../../src/profile/differential.ts';
import { svgDocument } from '../documents.ts';
import { plain } from '../fold/comparisons.ts';
import { compared, runOf, shown, widthOf } from './diff-pictures.ts';
import { textsOf, tooltips } from './pictures.ts';
import { type Stacks, someStacks, svgOf } from './profiles.ts';

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
      return textsOf(svgDocument(svg), '.f > text')[1];
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
      'doubled other: (30 smaller frames) (+0.06 KiB, +200.0%)',
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
        expect(svgDocument(svg).querySelectorAll('.f').length).toBe(nodes.size);
      }),
      { numRuns: 30 },
    );
  });
});

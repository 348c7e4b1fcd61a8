import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { isNoise, selfChanges, totalChanges } from '../../src/profile/differential.ts';
import type { Normalization } from '../../src/profile/metadata.ts';
import { columnNamed, type Profile, stackOf, sumOf } from '../../src/profile.ts';
import { profileOf, type Stacks } from '../render/profiles.ts';
import { compared, repeated, stacks, written } from './comparisons.ts';

describe('normalisation', () => {
  const before: Stacks = [
    ['a', 10],
    ['b', 20],
    ['c', 1],
  ];
  const after: Stacks = [
    ['a', 20],
    ['b', 42],
  ];
  const normalized = (normalize: Normalization, ms = [1000, 3000]) =>
    compared(profileOf(before, { durationMs: ms[0]! }), profileOf(after, { durationMs: ms[1]! }), {
      normalize,
    });

  it.each<[Normalization, string]>([
    ['none', 'a 10 20\nb 20 42\nc 1 0\n'],
    ['after', 'a 20 20\nb 40 42\nc 2 0\n'],
    ['before', 'a 10 10\nb 20 21\nc 1 0\n'],
    ['duration', 'a 30 20\nb 60 42\nc 3 0\n'],
  ])('%s', (normalize, expected) => {
    const difference = normalized(normalize);
    expect(written(difference)).toBe(expected);
    const { before: [run] = [], normalized: how } = difference.meta.differential!;
    expect({ how, total: run!.total, name: run!.name }).toEqual({
      how: normalize,
      total: 31,
      name: 'old',
    });
  });

  it('makes both totals the same to the unit, and nothing of nothing', () => {
    fc.assert(
      fc.property(stacks, stacks, (one, other) => {
        const difference = compared(profileOf(one), profileOf(other), { normalize: 'after' });
        const [was, is] = [profileOf(one), profileOf(other)].map(({ columns }) =>
          sumOf(columns[0]!),
        );
        const expected = was === 0 || is === 0 ? was : is;
        expect(sumOf(columnNamed(difference, 'before'))).toBe(expected);
        const raw = compared(profileOf(one), profileOf(other));
        for (const [node, weight] of columnNamed(raw, 'before').self.entries())
          if (weight === 0) expect(columnNamed(difference, 'before').self[node]).toBe(0);
      }),
    );
  });

  it('by duration needs to know it', () => {
    expect(() => compared(profileOf(before), profileOf(after), { normalize: 'duration' })).toThrow(
      new UserError(
        'new does not say how long it took: --normalize duration needs captures, or SVGs and HTML pages made of them',
      ),
    );
  });
});

describe('several runs a side', () => {
  const runs = (...weights: number[]): Stacks[] => weights.map((weight) => [['a', weight]]);

  it('are their mean, and columns of their own', () => {
    const difference = repeated(runs(10, 11, 12), runs(20, 21));
    expect(difference.columns.map(({ name, self }) => [name, self[1]])).toEqual([
      ['before', 11],
      ['after', 21],
      ['before_1', 10],
      ['before_2', 11],
      ['before_3', 12],
      ['after_1', 20],
      ['after_2', 21],
    ]);
  });

  it('with a mean that is true to half a unit in sum', () => {
    fc.assert(
      fc.property(fc.array(stacks, { minLength: 2, maxLength: 4 }), (inputs) => {
        const difference = repeated(inputs, [inputs[0]!]);
        const sum = inputs.reduce((total, input) => total + sumOf(profileOf(input).columns[0]!), 0);
        const mean = sumOf(columnNamed(difference, 'before'));
        expect(Math.abs(mean - sum / inputs.length)).toBeLessThanOrEqual(0.5);
      }),
    );
  });

  it.each([
    [[10, 10], [11, 11], false],
    [[10, 14], [12, 16], true],
    [[10, 14], [14, 18], true],
    [[10, 11], [13, 14], false],
    [[10, 11], [12, 13], true],
    [[10], [12, 13], false],
    [[10], [10, 13], true],
    [[10, 11], [10, 11], false],
  ])('%j to %j fluctuates: %s', (before, after, expected) => {
    const changes = totalChanges(repeated(runs(...before), runs(...after)));
    expect(isNoise(changes, 1)).toBe(expected);
  });

  it('spread as totals do, not as the sum of what is below', () => {
    // What one child loses the other gains: the parent does not fluctuate at all.
    const run = (left: number): Stacks => [
      ['p;x', left],
      ['p;y', 100 - left],
    ];
    const difference = repeated([run(10), run(90)], [run(20), [...run(80), ['p', 5]]]);
    const { spread } = totalChanges(difference);
    expect([...spread!]).toEqual([5, 5, 140, 140]);
  });
});

describe('the threshold', () => {
  const before: Stacks = [
    ['a', 100],
    ['b', 100],
  ];
  const after: Stacks = [
    ['a', 109],
    ['b', 110],
    ['c', 1],
  ];

  it.each([{ amount: 10 }, { share: 1 / 22 }])('%j makes noise of smaller changes', (threshold) => {
    const difference = compared(profileOf(before), profileOf(after), { threshold });
    const changes = selfChanges(difference);
    const noise = stacksWhere(difference, (node) => isNoise(changes, node));
    expect(noise).toEqual(['a', 'c']);
  });
});

function stacksWhere(profile: Profile, isWanted: (node: number) => boolean): string[] {
  return Array.from(profile.parent.keys())
    .filter(isWanted)
    .map((node) =>
      stackOf(profile, node)
        .map(({ name }) => name)
        .join(';'),
    );
}

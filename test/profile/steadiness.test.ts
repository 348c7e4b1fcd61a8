import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProfileBuilder } from '../../src/profile/builder.ts';
import {
  growthOf,
  selfGrowth,
  snapshotColumns,
  totalGrowth,
} from '../../src/profile/steadiness.ts';

const seconds = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('growthOf', () => {
  it.each([
    ['a leak', [0, 10, 20, 30, 40, 50, 60], 'steady', 6],
    ['a leak that waits once in ten', [0, 1, 2, 3, 4, 5, 5, 6, 7, 8, 9], 'steady', 9],
    ['a leak with pauses', [0, 10, 10, 20, 20, 30, 30, 40], 'growing', 4],
    ['a cache that fills up', [0, 90, 100, 100, 100, 100, 100], 'level', 2],
    ['a cache whose entries change', [0, 100, 98, 101, 99, 100, 101], 'level', 4],
    ['one burst', [0, 0, 0, 0, 100, 100, 100, 100], 'level', 1],
    ['what is given back', [0, 50, 100, 80, 60, 40, 20], 'shrinking', 2],
    ['nothing', [0, 0, 0, 0], 'level', 0],
    ['one burst late', [0, 10, 10, 10, 10, 10, 10, 10, 90], 'growing', 2],
    ['a startup, then a leak', [0, 100, 20, 40, 60], 'growing', 3],
    ['a leak among buffers', [0, 40, 10, 50, 20, 60, 30, 70, 40, 80, 50, 90], 'growing', 6],
    ['a leak that is collected a little', [0, 10, 20, 19, 29, 28, 38, 37, 47], 'growing', 5],
    ['buffers', [0, 10, 0, 10, 0, 10, 0, 10], 'fluctuating', 4],
    ['buffers, seen when they were fewest', [0, 10, 0, 10, 0, 10, 0, 10, 0], 'fluctuating', 4],
    ['buffers beside a cache', [0, 500, 600, 500, 600, 500, 600], 'fluctuating', 4],
    ['buffers that come fewer', [0, 90, 60, 80, 50, 70, 40, 60, 30, 50, 20], 'shrinking', 5],
    ['one release', [0, 90, 90, 90, 90, 40], 'shrinking', 1],
    ['a peak', [0, 30, 60, 90, 40], 'fluctuating', 3],
  ])('%s', (_, amounts, steadiness, grew) => {
    expect(growthOf(amounts, seconds(amounts.length))).toMatchObject({
      steadiness,
      grew,
      intervals: amounts.length - 1,
    });
  });

  it('has the median rate of its intervals, whatever their lengths', () => {
    expect(growthOf([0, 100, 120, 160, 180], [0, 1, 2, 4, 5]).perSecond).toBe(20);
  });

  it.each([
    ['level', [0, 40, 60, 60, 60], { perSecond: undefined, gain: 0, least: 60, most: 60 }],
    ['level', [0, 80, 100, 98, 108], { perSecond: undefined, gain: 8, least: 98, most: 108 }],
    ['fluctuating', [0, 9, 5, 9, 4], { perSecond: undefined, gain: -1, least: 4, most: 9 }],
    ['shrinking', [0, 90, 90, 60, 40], { perSecond: -25, gain: -50, least: 40, most: 90 }],
    ['growing', [0, 10, 10, 30, 30], { perSecond: 10, gain: 20, least: 10, most: 30 }],
  ])('of %s %j', (steadiness, amounts, { perSecond, ...late }) => {
    const growth = growthOf(amounts, seconds(amounts.length));
    expect(growth).toMatchObject({ steadiness, late });
    expect(growth.perSecond).toBe(perSecond);
  });

  it('has no rate that contradicts the word', () => {
    const signs = {
      steady: 1,
      growing: 1,
      level: undefined,
      fluctuating: undefined,
      shrinking: -1,
    };
    const amounts = fc.array(fc.nat(20), { minLength: 3, maxLength: 12 });
    fc.assert(
      fc.property(amounts, (readings) => {
        const { perSecond, steadiness } = growthOf([0, ...readings], seconds(readings.length + 1));
        expect(perSecond && Math.sign(perSecond)).toBe(signs[steadiness]);
      }),
    );
  });

  it('finds the rate of steady growth', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 3, max: 60 }), (rate, n) => {
        const growth = growthOf(
          seconds(n).map((at) => at * rate),
          seconds(n),
        );
        expect(growth).toMatchObject({ perSecond: rate, steadiness: 'steady' });
      }),
    );
  });
});

describe('growth of a profile', () => {
  function profileOf(durationMs: number) {
    const snapshots = [1000, 2000, 3000];
    const columns = [
      { name: 'mapped_space', unit: 'bytes' },
      { name: 'mapped_calls', unit: 'count' },
    ] as const;
    const builder = new ProfileBuilder([...columns, ...snapshotColumns(columns[0], snapshots)]);
    const parent = builder.child(0, builder.frame({ name: 'p' }));
    const child = builder.child(parent, builder.frame({ name: 'c' }));
    for (const [column, weight] of [40, 1, 10, 20, 30].entries())
      builder.add(child, column, weight);
    builder.add(parent, 0, 7);
    return builder.build({ snapshots, durationMs });
  }

  it('is that of a frame and all that it calls, or of its own', () => {
    expect(totalGrowth(profileOf(4000))(1).grew).toBe(4);
    expect(selfGrowth(profileOf(4000))(1).grew).toBe(1);
    expect(selfGrowth(profileOf(4000))(2).perSecond).toBe(10);
  });

  it.each([
    [[0, 0, 1000], 2],
    [[2000, 1000, 1000], 2],
    [[0, 4000, 5000], 1],
  ])('has no interval of nothing, whatever the snapshots say: %j', (snapshots, intervals) => {
    const profile = { ...profileOf(4000), meta: { snapshots, durationMs: 4000 } };
    const growth = totalGrowth(profile)(2);
    expect(growth.intervals).toBe(intervals);
    expect(growth.perSecond).toBeGreaterThan(0);
  });

  it('has no interval of next to nothing at its end', () => {
    expect(totalGrowth(profileOf(3400))(2).intervals).toBe(3);
    expect(totalGrowth(profileOf(3500))(2).intervals).toBe(4);
  });
});

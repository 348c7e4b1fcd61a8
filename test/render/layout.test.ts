import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ProfileBuilder } from '../../src/profile/builder.ts';
import { childNodes } from '../../src/profile/children.ts';
import type { Profile } from '../../src/profile.ts';
import { type Box, type Layout, layOut, treeOf } from '../../src/render/layout.ts';
import { profileOf, someStacks } from './profiles.ts';

function layoutOf(profile: Profile, smallest = 0): Layout {
  return layOut(treeOf(profile, profile.columns[0]!), { node: 0 }, () => smallest);
}

function nameOf(profile: Profile, { node, gathered }: Box): string {
  if (gathered > 0) return `(${gathered})`;
  return node === 0 ? 'all' : profile.frames[profile.frame[node]!]!.name;
}

/** `name@row start+weight` in drawing order. */
function described(profile: Profile, smallest = 0): string[] {
  return layoutOf(profile, smallest).boxes.map(
    (box) => `${nameOf(profile, box)}@${box.depth} ${box.start}+${box.weight}`,
  );
}

describe('layOut()', () => {
  test('draws a frame once, whatever sorts between its stacks', () => {
    const profile = profileOf([
      ['a;b', 1],
      ['a;b.x', 2],
      ['a;b;c', 3],
    ]);
    expect(described(profile)).toEqual(['all@0 0+6', 'a@1 0+6', 'b@2 0+4', 'c@3 0+3', 'b.x@2 4+2']);
  });

  test('orders siblings by code units, whatever the order of the input', () => {
    const names = ['b', 'B', 'a', 'é', 'z', '_'];
    const forward = described(profileOf(names.map((name) => [[name], 1])));
    const backward = described(profileOf(names.reverse().map((name) => [[name], 1])));
    expect(forward).toEqual(backward);
    expect(forward.map((line) => line.split('@')[0])).toEqual([
      'all',
      'B',
      '_',
      'a',
      'b',
      'z',
      'é',
    ]);
  });

  test('keeps frames of one name in two modules apart, in the order of the modules', () => {
    const builder = new ProfileBuilder([{ name: 'inuse_space', unit: 'bytes' }]);
    builder.add(builder.child(0, builder.frame({ name: 'f', module: 'libb.so' })), 0, 2);
    builder.add(builder.child(0, builder.frame({ name: 'f', module: 'liba.so' })), 0, 1);
    expect(described(builder.build())).toEqual(['all@0 0+3', 'f@1 0+1', 'f@1 1+2']);
  });

  test('keeps frames of one name apart by what is known of them, in its order', () => {
    const put = { name: 'put', file: 'b.c', line: 9 };
    const profile = profileOf([
      [[{ ...put, inlined: true }], 1],
      [[{ ...put, line: 10 }], 2],
      [[put], 4],
      [[{ name: 'put' }], 8],
      [[{ ...put, file: 'a.c' }], 16],
    ]);
    const weights = layoutOf(profile).boxes.map(({ weight }) => weight);
    expect(weights).toEqual([31, 8, 16, 4, 1, 2]);
  });

  test('gathers narrow siblings at the end of the row and what they call with them', () => {
    const profile = profileOf([
      ['z', 10],
      ['a;deep', 3],
      ['b', 3],
      ['c', 4],
    ]);
    expect(described(profile, 5)).toEqual(['all@0 0+20', 'z@1 0+10', '(3)@1 10+10']);
  });

  test('counts what is too narrow even when gathered', () => {
    const layout = layoutOf(
      profileOf([
        ['a', 96],
        ['b', 1],
        ['c', 3],
      ]),
      5,
    );
    expect(layout.boxes).toHaveLength(2);
    expect(layout.hidden).toEqual({ frames: 2, weight: 4 });
  });

  test('places no frame without weight, and the root of an empty profile', () => {
    expect(
      described(
        profileOf([
          ['a;b', 0],
          ['c', 1],
        ]),
      ),
    ).toEqual(['all@0 0+1', 'c@1 0+1']);
    expect(described(profileOf([]))).toEqual(['all@0 0+0']);
  });

  test('lays out a stack of 100,000 frames', () => {
    const layout = layoutOf(profileOf([[Array.from({ length: 100_000 }, (_, i) => `f${i}`), 7]]));
    expect(layout.rows).toBe(100_001);
    expect(layout.boxes.at(-1)).toMatchObject({ depth: 100_000, start: 0, weight: 7 });
  });
});

describe('every layout', () => {
  const anySmallest = fc.oneof(fc.constant(0), fc.nat(3_000), fc.nat(2_000_000));

  function forAnyLayout(check: (layout: Layout, profile: Profile, smallest: number) => void): void {
    fc.assert(
      fc.property(someStacks, anySmallest, (stacks, smallest) => {
        const profile = profileOf(stacks);
        check(layoutOf(profile, smallest), profile, smallest);
      }),
    );
  }

  test('keeps children inside of their parents, and a box before all that stands on it', () => {
    forAnyLayout(({ boxes }) => {
      const open: Box[] = [];
      for (const box of boxes) {
        open.length = box.depth;
        const below = open.at(-1);
        if (below !== undefined) {
          expect(box.start).toBeGreaterThanOrEqual(below.start);
          expect(box.start + box.weight).toBeLessThanOrEqual(below.start + below.weight);
        }
        open.push(box);
      }
    });
  });

  test('has no overlaps in a row', () => {
    forAnyLayout(({ boxes, rows }) => {
      const ends = new Array<number>(rows).fill(0);
      for (const { depth, start, weight } of boxes) {
        expect(start).toBeGreaterThanOrEqual(ends[depth]!);
        ends[depth] = start + weight;
      }
    });
  });

  test('accounts for all weight: drawn, gathered, hidden or the frame’s own', () => {
    forAnyLayout(({ boxes, hidden, total }, profile) => {
      const self = profile.columns[0]!.self;
      expect(total).toBe(self.reduce((sum, each) => sum + each, 0));
      const own = boxes.map((box) => (box.gathered > 0 ? box.weight : self[box.node]!));
      expect(own.reduce((sum, each) => sum + each, 0) + hidden.weight).toBe(total);
    });
  });

  test('names the frames that each gathered box stands for, in a zoom into gathered ones too', () => {
    forAnyLayout((layout, profile, smallest) => {
      const tree = treeOf(profile, profile.columns[0]!);
      const check = ({ boxes }: Layout) => {
        for (const { node, weight, gathered, lighterThan } of boxes) {
          expect(lighterThan === undefined).toBe(gathered === 0);
          if (lighterThan === undefined) continue;
          const lighter = [...childNodes(tree.children, node)]
            .map((each) => tree.total[each]!)
            .filter((each) => each > 0 && each < lighterThan);
          const sum = lighter.reduce((all, each) => all + each, 0);
          expect([lighter.length, sum]).toEqual([gathered, weight]);
        }
      };
      check(layout);
      for (const { node, lighterThan } of layout.boxes)
        if (lighterThan !== undefined)
          check(layOut(tree, { node, lighterThan }, (total) => Math.max(total / 3, smallest)));
    });
  });

  test('gathers what is deeper than there are rows, and loses none of it', () => {
    fc.assert(
      fc.property(
        someStacks,
        fc.integer({ min: 0, max: 9 }),
        fc.constantFrom(2, 3, 4),
        (stacks, smallest, rows) => {
          const profile = profileOf(stacks);
          const { self } = profile.columns[0]!;
          const tree = treeOf(profile, profile.columns[0]!);
          const layout = layOut(tree, { node: 0, mostRows: rows }, () => smallest);
          expect(layout.rows).toBeLessThanOrEqual(rows);
          const own = layout.boxes.map((box) => (box.gathered > 0 ? box.weight : self[box.node]!));
          const drawn = own.reduce((sum, each) => sum + each, 0);
          expect(drawn + layout.hidden.weight).toBe(layout.total);
          const frames = layout.boxes.slice(1).reduce((sum, box) => sum + (box.gathered || 1), 0);
          if (smallest === 0)
            expect(frames).toBe(tree.total.slice(1).filter((each) => each > 0).length);
        },
      ),
    );
  });

  test('is the same in as many rows as it has', () => {
    forAnyLayout((layout, profile, smallest) => {
      const tree = treeOf(profile, profile.columns[0]!);
      const again = layOut(tree, { node: 0, mostRows: layout.rows }, () => smallest);
      expect(again).toEqual(layout);
    });
  });

  test('draws nothing below the smallest weight but the root', () => {
    forAnyLayout(({ boxes }, _, smallest) => {
      for (const box of boxes.slice(1)) expect(box.weight).toBeGreaterThanOrEqual(smallest);
    });
  });

  test('stands for every frame that has weight', () => {
    forAnyLayout(({ boxes, hidden }, profile, smallest) => {
      if (smallest > 0) return;
      const drawn = new Set(boxes.map(({ node }) => node));
      expect(drawn.size).toBe(boxes.length);
      expect(hidden.frames).toBe(0);
      profile.columns[0]!.self.forEach((weight, node) => {
        if (weight > 0) expect(drawn.has(node)).toBe(true);
      });
    });
  });
});

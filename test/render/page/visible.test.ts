import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { Profile } from '../../../src/profile.ts';
import { faceOf } from '../../../src/render/page/html/face.ts';
import { modelOf } from '../../../src/render/page/html/model.ts';
import { initialState } from '../../../src/render/page/html/state.ts';
import { placed, visibleTree } from '../../../src/render/page/html/visible.ts';
import { compared } from '../diff-pictures.ts';
import { grown } from '../growths.ts';
import { heapView, htmlOf, sourceIn } from '../pages.ts';
import { someStacks } from '../profiles.ts';
import { sourceOf } from './sources.ts';

vi.setConfig({ testTimeout: 60_000 });

describe('what is visible', () => {
  test('lies side by side inside of what calls it, a pixel wide at least, and weighs what it should', () => {
    fc.assert(
      fc.property(someStacks, fc.integer({ min: 50, max: 900 }), fc.nat(), (stacks, width, at) => {
        const source = sourceOf(stacks);
        const { tree } = modelOf(source, initialState(source.data));
        const zoom = at % source.nodes.frame.length;
        fc.pre(tree.total[0]![zoom]! > 0);
        const cut = { tree, column: 0, zoom, width, bySize: at % 2 === 0 };
        for (const box of placed(visibleTree(cut))) {
          expect((box.x1 - box.x0) * width).toBeGreaterThanOrEqual(1 - 1e-9);
          const { children = [] } = box;
          const ends = [box.x0, ...children.map(({ x1 }) => x1)];
          for (const [i, child] of children.entries()) {
            expect(child.x0).toBeGreaterThanOrEqual(ends[i]! - 1e-12);
            expect(child.x1).toBeLessThanOrEqual(box.x1 + 1e-12);
          }
          const { node, gathered, weight, fade } = box.data;
          if (fade) expect(box.x1 - box.x0).toBeCloseTo(1);
          const nodes = gathered.length === 0 ? [node] : gathered;
          expect(weight).toBe(nodes.reduce((sum, each) => sum + tree.total[0]![each]!, 0));
        }
      }),
      { numRuns: 40 },
    );
  });

  test('ends where nobody scrolls any more, and begins with the nearest callers', () => {
    const deep = sourceOf([[Array.from({ length: 20_000 }, (_, i) => `f${i}`), 7]]);
    const { tree } = modelOf(deep, initialState(deep.data));
    const cut = { tree, column: 0, width: 1000, bySize: false };
    expect(placed(visibleTree({ ...cut, zoom: 0 }))).toHaveLength(2000);
    expect(placed(visibleTree({ ...cut, zoom: 15_000 }))).toHaveLength(2100);
  });
});

describe('a caller of what is zoomed to', () => {
  /** Amount of the label and lines of the tooltip below the name, of all but what is zoomed to. */
  function callersIn(profile: Profile) {
    const source = sourceIn(htmlOf(profile));
    const model = modelOf(source, { ...initialState(source.data), zoom: ['main', 'f'] });
    const { tree, zoom } = model;
    const { label, details } = faceOf(model, false);
    return placed(visibleTree({ tree, zoom, column: 0, width: 1000, bySize: false }))
      .filter(({ data }) => data.fade)
      .map(({ data }) => [label(data).amount, ...details(data).slice(1)]);
  }

  test('is told with its own weight, and is no share of it', () => {
    const heap = heapView('all', [
      ['main;f', 2048],
      ['main;g', 4096],
      ['other', 2048],
    ]);
    expect(callersIn(heap)).toEqual([
      ['8.0 KiB', '8.0 KiB (8,192 bytes) in 83 calls', '100% of all'],
      ['6.0 KiB', '6.0 KiB (6,144 bytes) in 62 calls', '75.0% of all'],
    ]);
  });

  test('is told so in a differential and of growth, too', () => {
    const sides = [
      ['main;f', 1000],
      ['main;g', 2000],
      ['other', 1000],
    ] as const;
    const shares = callersIn(compared(sides, sides)).map((lines) => lines.at(-1));
    expect(shares).toEqual(['100% of the width of all', '75.0% of the width of all']);
    const growing = grown(
      sides.map(([stack, weight]) => [stack, [1, 2, 3, 4].map((at) => at * weight)]),
    );
    const labels = callersIn(growing).map(([amount, exact, share]) => [
      amount!.split(',')[0],
      exact,
      share,
    ]);
    expect(labels).toEqual([
      ['15.6 KiB', '15.6 KiB (16,000 bytes)', '100% of all'],
      ['11.7 KiB', '11.7 KiB (12,000 bytes)', '75.0% of all'],
    ]);
  });
});

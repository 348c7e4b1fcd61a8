import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { DiffOptions } from '../../../src/fold/diff.ts';
import { isNoise, totalChanges } from '../../../src/profile/differential.ts';
import { type Profile, stackOf } from '../../../src/profile.ts';
import { tendencyOf } from '../../../src/render/diff-colour.ts';
import { changedBy } from '../../../src/render/page/html/change.ts';
import { changeDetails, changedBox } from '../../../src/render/page/html/change-face.ts';
import { hashOf, stateOf } from '../../../src/render/page/html/link.ts';
import { modelOf } from '../../../src/render/page/html/model.ts';
import { initialState, type State } from '../../../src/render/page/html/state.ts';
import { placed, visibleTree } from '../../../src/render/page/html/visible.ts';
import { foundInWords } from '../../../src/render/page/html/words.ts';
import { visible } from '../../../src/render/xml.ts';
import { repeated } from '../../fold/comparisons.ts';
import { compared } from '../diff-pictures.ts';
import { htmlOf, profileIn, sourceIn } from '../pages.ts';
import { someStacks } from '../profiles.ts';
import { namesTo } from './sources.ts';

vi.setConfig({ testTimeout: 60_000 });

function modelIn(profile: Profile, change: Partial<State> = {}) {
  const source = sourceIn(htmlOf(profile));
  return modelOf(source, { ...initialState(source.data), ...change });
}

function changeIn(profile: Profile, options: Partial<State> = {}) {
  const model = modelIn(profile, options);
  return { model, change: model.source.data.views[0]!.change! };
}

/** Of the first box that is called so. */
function detailsOf(profile: Profile, name: string): string[] {
  const { model, change } = changeIn(profile);
  const cut = { tree: model.tree, column: 0, zoom: 0, width: 1000, bySize: false };
  const details = placed(visibleTree(cut)).map(({ data }) => changeDetails(model, change, data));
  return details.find(([first]) => first === name)!;
}

const options: Partial<DiffOptions> = { threshold: { amount: 500 } };

describe('what became of a frame', () => {
  test('is what the profile says, with all that it calls, noise and all', () => {
    fc.assert(
      fc.property(someStacks, someStacks, someStacks, (a, b, c) => {
        const profile = profileIn(htmlOf(repeated([a, b], [b, c], options)));
        const { model, change } = changeIn(profile);
        const changes = totalChanges(profile);
        const expected = Array.from(profile.parent.keys(), (node) => {
          const [before, after] = [changes.before[node]!, changes.after[node]!];
          const tendency = isNoise(changes, node) ? 'noise' : tendencyOf(before, after);
          const names = stackOf(profile, node).map(({ name }) => visible(name));
          return JSON.stringify([
            names,
            { before, after, spread: changes.spread![node], tendency },
          ]);
        });
        const { tree, source } = model;
        const found = Array.from(source.nodes.parent.keys(), (node) => {
          const changed = changedBy(change, (column) => tree.total[column]![node]!);
          expect(tree.total[0]![node]).toBeGreaterThanOrEqual(
            Math.max(changed.before, changed.after),
          );
          return JSON.stringify([namesTo(model, node), changed]);
        });
        expect(found.sort()).toEqual(expected.sort());
      }),
      { numRuns: 30 },
    );
  });

  test.each(['leaves', 'stacks'] as const)('adds up, of %s', (kind) => {
    fc.assert(
      fc.property(someStacks, someStacks, (a, b) => {
        const { model, change } = changeIn(compared(a, b), { shape: { kind } });
        const cut = { tree: model.tree, column: 0, zoom: 0, width: 90, bySize: false };
        for (const box of placed(visibleTree(cut))) {
          const { before, after } = changedBox(model, change, box.data);
          const parts = (box.children ?? []).map(({ data }) => changedBox(model, change, data));
          const sum = (side: 'before' | 'after') =>
            parts.reduce((total, part) => total + part[side], 0);
          expect(sum('before')).toBeLessThanOrEqual(before);
          expect(sum('after')).toBeLessThanOrEqual(after);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('is told with what is its own, in units and percent', () => {
    const profile = compared(
      [
        ['main;f', 4000],
        ['main;f;g', 100],
      ],
      [
        ['main;f', 6000],
        ['main;f;g', 50],
      ],
    );
    expect(detailsOf(profile, 'f')).toEqual([
      'f',
      '+1.91 KiB, +47.6%',
      'total: 4,100 bytes before, 6,050 after, change +1,950',
      'self: 4,000 bytes before, 6,000 after, change +2,000',
      '100% of the width of all',
    ]);
    expect(detailsOf(profile, 'main')).toHaveLength(4);
  });

  test('is told for frames that are gathered, together', () => {
    const tiny = Array.from({ length: 400 }, (_, i) => [`main;t${i}`, 5] as const);
    const profile = compared([['main;big', 1_000_000], ...tiny], [['main;big', 1_000_000]]);
    expect(detailsOf(profile, '400 frames narrower than a pixel')).toEqual([
      '400 frames narrower than a pixel',
      '-2.0 KiB, vanished',
      'total: 2,000 bytes before, 0 after, change -2,000',
      '0.2% of the width of all',
    ]);
  });

  test('is noise where the runs differ as much, and says why', () => {
    const runs = (...weights: number[]) => weights.map((weight) => [['f', weight]] as const);
    const noisy = repeated(
      runs(100, 300).map((run) => [...run]),
      runs(250, 350).map((run) => [...run]),
    );
    expect(detailsOf(noisy, 'f')[1]).toBe('+100 bytes, +50.0%, noise');
    expect(detailsOf(noisy, 'f')).toContain('noise: the runs of a side differ by 300 bytes');
    const small = compared([['f', 100]], [['f', 120]], options);
    expect(detailsOf(small, 'f')).toContain('noise: below the threshold');
  });
});

describe('a page of changes', () => {
  const profile = compared(
    [
      ['main;f', 4096],
      ['main;old', 10],
    ],
    [['main;f', 6144]],
  );

  test('adds up both sides of what is found', () => {
    const query = { text: '^f|main', isRegExp: true, isCaseSensitive: false };
    expect(foundInWords(modelIn(profile, { query }))).toBe(
      '2 functions: 4.01 KiB to 6.00 KiB, +1.99 KiB, +49.6%',
    );
  });

  test('keeps in its link what is hidden and what widths are of', () => {
    const { data } = modelIn(profile).source;
    const state = { ...initialState(data), column: 2, without: new Set(['vanished', 'noise']) };
    expect(hashOf(state, data)).toBe('by=before&without=vanished;noise');
    expect(stateOf(`#${hashOf(state, data)}`, data)).toEqual(state);
    expect(stateOf('#without=nothing;new', data).without).toEqual(new Set(['new']));
  });
});

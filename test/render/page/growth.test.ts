import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { totalGrowth } from '../../../src/profile/steadiness.ts';
import { stackOf } from '../../../src/profile.ts';
import { grownBy } from '../../../src/render/page/html/growth.ts';
import { headingsOf } from '../../../src/render/page/html/headings.ts';
import { modelOf } from '../../../src/render/page/html/model.ts';
import { initialState } from '../../../src/render/page/html/state.ts';
import { visible } from '../../../src/render/xml.ts';
import { grown } from '../growths.ts';
import { htmlOf, sourceIn } from '../pages.ts';
import { profileOf } from '../profiles.ts';
import { namesTo } from './sources.ts';

vi.setConfig({ testTimeout: 60_000 });

const amounts = fc.array(fc.nat(1000), { minLength: 4, maxLength: 4 });
const stack = fc.array(fc.constantFrom('a', 'b', 'c', 'malloc'), { minLength: 1, maxLength: 5 });

function modelIn(profile: ReturnType<typeof grown>) {
  const source = sourceIn(htmlOf(profile));
  const [{ growth } = {}] = source.data.views;
  return { model: modelOf(source, initialState(source.data)), growth: growth! };
}

describe('how a frame went on', () => {
  test('is what the profile says, with all that it calls', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(stack, amounts), { minLength: 1 }), (stacks) => {
        const profile = grown(stacks);
        const growthAt = totalGrowth(profile);
        const expected = Array.from(profile.parent.keys(), (node) => {
          const names = stackOf(profile, node).map(({ name }) => visible(name));
          return JSON.stringify([names, growthAt(node)]);
        });
        const { model, growth } = modelIn(profile);
        const found = Array.from(model.source.nodes.parent.keys(), (node) => {
          const its = grownBy(growth, (column) => model.tree.total[column]![node]!);
          return JSON.stringify([namesTo(model, node), its]);
        });
        expect(found.sort()).toEqual(expected.sort());
      }),
      { numRuns: 50 },
    );
  });

  test('is in the table: what grows steadily before what is larger, or grew once', () => {
    const { model } = modelIn(
      grown([
        ['main;leak', [10, 20, 30, 40]],
        ['main;slow_leak', [1, 2, 3, 4]],
        ['main;cache', [900, 900, 900, 900]],
        ['main;gone', [50, 20, 0, 0]],
      ]),
    );
    const { headings, first } = headingsOf(model);
    const { compare } = headings.find(({ id }) => id === first)!;
    const rows = [...model.functions]
      .sort(compare)
      .map((row) => headings.map(({ text }) => text(row)));
    expect(rows).toEqual([
      ['leak', '40 bytes', '+10 bytes', '4 of 4', '40 bytes', '+10 bytes', '4 of 4'],
      ['slow_leak', '4 bytes', '+1 byte', '4 of 4', '4 bytes', '+1 byte', '4 of 4'],
      ['main', '944 bytes', '', '2 of 4', '', '', ''],
      ['cache', '900 bytes', '', '1 of 4', '900 bytes', '', '1 of 4'],
      ['gone', '', '-10 bytes', '1 of 4', '', '-10 bytes', '1 of 4'],
    ]);
  });

  test('is not told of too few snapshots, and they are no measures', () => {
    const profile = grown([['a', [1, 2, 3, 4]]]);
    const source = sourceIn(
      htmlOf({
        ...profile,
        meta: { ...profile.meta, snapshots: [3000] },
        columns: profile.columns.slice(0, 2),
      }),
    );
    const [view] = source.data.views;
    expect(view!.columns.map(({ title }) => title)).toEqual(['bytes']);
    expect([view!.growth, view!.swatches]).toEqual([undefined, []]);
    expect(sourceIn(htmlOf(profileOf([['a', 1]]))).data.views[0]!.growth).toBeUndefined();
  });
});

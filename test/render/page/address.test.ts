import fc from 'fast-check';
import { expect, test } from 'vitest';
import { treeOf } from '../../../src/render/layout.ts';
import { addressOf, placeIn } from '../../../src/render/page/address.ts';
import { modelOfShown } from '../../../src/render/page/model.ts';
import { noQuery } from '../../../src/render/page/query.ts';
import { shownOf } from '../../../src/render/shown.ts';
import { profileOf, type Stacks } from '../profiles.ts';

const load = (line: number) => ({ name: 'load', file: 'rows.cpp', line });
const siblings: Stacks = [
  [['main', load(12), 'malloc'], 4096],
  [['main', load(30), 'malloc'], 2048],
  [['main', load(44), 'malloc'], 1024],
];

function modelOf(stacks: Stacks) {
  const { profile, column } = shownOf(profileOf(stacks), {});
  const tree = treeOf(profile, column);
  const face = () => expect.unreachable();
  return modelOfShown({ profile, tree, face }, { minWidth: 0 });
}

function addressIn(model: ReturnType<typeof modelOf>, node: number): string {
  return addressOf(model, { target: { node }, query: noQuery })!;
}

function nodeIn(model: ReturnType<typeof modelOf>, hash: string): number {
  return placeIn(model, { hash, search: '' }).target.node;
}

test('of siblings called alike the heaviest needs no place', () => {
  const model = modelOf(siblings);
  const addresses = [2, 4, 6].map((node) => addressIn(model, node));
  expect(addresses).toEqual(['#zoom=main;load', '#zoom=main;load~2', '#zoom=main;load~3']);
  expect(addressIn(model, 7)).toBe('#zoom=main;load~3;malloc');
  expect(nodeIn(model, '#zoom=main;load~9')).toBe(2);
});

test('an address leads back to its frame, whatever names there are', () => {
  const name = fc.constantFrom('a', 'a~2', '~', '~A::~A()', 'x;y', '%7E', 'a=b&c');
  const frame = fc.record({ name, line: fc.nat(3) });
  const stack = fc.array(frame, { minLength: 1, maxLength: 4 });
  const weight = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(fc.array(fc.tuple(stack, weight), { minLength: 1, maxLength: 20 }), (stacks) => {
      const model = modelOf(stacks);
      for (const node of model.frame.keys())
        expect(nodeIn(model, addressIn(model, node))).toBe(node);
    }),
  );
});

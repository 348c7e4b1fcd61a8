import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { ProfileBuilder } from '../../src/profile/builder.ts';
import { type Profile, stackOf, totals } from '../../src/profile.ts';

const bytes = { name: 'alloc_space', unit: 'bytes' } as const;
const calls = { name: 'alloc_objects', unit: 'count' } as const;

function build(stacks: readonly (readonly [string[], number])[]): Profile {
  const builder = new ProfileBuilder([bytes, calls]);
  for (const [names, weight] of stacks) {
    const below = (node: number, name: string) => builder.child(node, builder.frame({ name }));
    const node = names.reduce(below, 0);
    builder.add(node, 0, weight);
    builder.add(node, 1, 1);
  }
  return builder.build();
}

const stacks = fc.array(
  fc.tuple(fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 6 }), fc.nat(1000)),
);

describe('ProfileBuilder', () => {
  it('interns frames by name and module', () => {
    const builder = new ProfileBuilder([bytes]);
    const first = builder.frame({ name: 'f', module: 'libc.so.6' });
    expect(builder.frame({ name: 'f', module: 'libc.so.6' })).toBe(first);
    expect(builder.frame({ name: 'f', module: 'libm.so.6' })).not.toBe(first);
    expect(builder.frame({ name: 'f' })).not.toBe(first);
    expect(builder.frame({ name: 'f', module: '' })).not.toBe(builder.frame({ name: 'f' }));
  });

  it('keeps frames apart that differ in what is known of them', () => {
    const builder = new ProfileBuilder([bytes]);
    const f = { name: 'f', module: 'm' };
    const different = [
      f,
      { ...f, file: 'a.c' },
      { ...f, file: 'a.c', line: 1 },
      { ...f, file: 'a.c', line: 2 },
      { ...f, inlined: true },
      { ...f, jit: true },
      { ...f, kernel: true },
      { name: 'f', module: 'm","a.c' },
    ];
    const enter = () => different.map((frame) => builder.frame(frame));
    expect(enter()).toEqual([...different.keys()]);
    expect(enter()).toEqual([...different.keys()]);
    expect(builder.frame({ ...f, inlined: false })).toBe(0);
    expect(builder.build().frames).toEqual(different);
  });

  it('gives equal stacks one node and every stack its sum', () => {
    fc.assert(
      fc.property(stacks, (input) => {
        const profile = build(input);
        const expected = new Map<string, number>();
        for (const [names, weight] of input)
          expected.set(names.join(), (expected.get(names.join()) ?? 0) + weight);
        const seen = Array.from(profile.parent.keys(), (node) => textOf(profile, node));
        expect(new Set(seen).size).toBe(seen.length);
        for (const [node, text] of seen.entries())
          expect(profile.columns[0]!.self[node]).toBe(expected.get(text) ?? 0);
      }),
    );
  });

  it('keeps parents before children and adds up to what was added', () => {
    fc.assert(
      fc.property(stacks, (input) => {
        const profile = build(input);
        expect([profile.parent[0], profile.frame[0]]).toEqual([-1, -1]);
        for (let node = 1; node < profile.parent.length; node++) {
          expect(profile.parent[node]!).toBeGreaterThanOrEqual(0);
          expect(profile.parent[node]!).toBeLessThan(node);
          expect(profile.frames[profile.frame[node]!]).toBeDefined();
        }
        const sum = input.reduce((total, [, weight]) => total + weight, 0);
        expect(totals(profile, profile.columns[0]!)[0]).toBe(sum);
        expect(totals(profile, profile.columns[1]!)[0]).toBe(input.length);
      }),
    );
  });

  it('finds every node again among very many', () => {
    const builder = new ProfileBuilder([bytes]);
    const frames = Array.from({ length: 300 }, (_, i) => builder.frame({ name: `f${i}` }));
    const grid = () =>
      frames.flatMap((a) => frames.map((b) => builder.child(builder.child(0, a), b)));
    const nodes = grid();
    expect(new Set(nodes).size).toBe(300 * 300);
    expect(grid()).toEqual(nodes);
  });

  it('builds a profile that later additions leave alone', () => {
    const builder = new ProfileBuilder([bytes]);
    const node = builder.child(0, builder.frame({ name: 'a' }));
    builder.add(node, 0, 5);
    const profile = builder.build({ view: 'all' });
    builder.add(node, 0, 5);
    builder.child(node, builder.frame({ name: 'b' }));
    expect(profile.meta).toEqual({ view: 'all' });
    expect(profile.frames).toEqual([{ name: 'a' }]);
    expect([...profile.columns[0]!.self]).toEqual([0, 5]);
  });

  it('refuses what is not a weight', () => {
    const builder = new ProfileBuilder([bytes]);
    for (const value of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => builder.add(0, 0, value)).toThrow(RangeError);
    expect(() => builder.add(0, 1, 1)).toThrow(RangeError);
    expect(() => builder.add(1, 0, 1)).toThrow(RangeError);
    expect(() => builder.add(-1, 0, 1)).toThrow(RangeError);
    expect(() => new ProfileBuilder([])).toThrow(RangeError);
  });

  it('refuses a sum that doubles cannot hold exactly, wherever its parts lie', () => {
    const builder = new ProfileBuilder([bytes]);
    const node = builder.child(0, builder.frame({ name: 'a' }));
    builder.add(0, 0, Number.MAX_SAFE_INTEGER - 1);
    builder.add(node, 0, 1);
    expect(() => builder.add(node, 0, 1)).toThrow(UserError);
  });
});

function textOf(profile: Profile, node: number): string {
  return stackOf(profile, node)
    .map((frame) => frame.name)
    .join();
}

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PartReader } from '../../src/collapsed/part-reader.ts';
import { collapsedInput } from '../../src/collapsed/reader.ts';
import { UserError } from '../../src/errors.ts';
import type { Frame } from '../../src/frame.ts';
import { ProfileBuilder } from '../../src/profile/builder.ts';
import type { Metadata } from '../../src/profile/metadata.ts';
import { wrongField } from '../../src/profile/metadata-check.ts';
import { namesAsRead } from '../../src/profile/names-as-read.ts';
import { writeProfile } from '../../src/profile/text.ts';
import { ProfileTextReader } from '../../src/profile/text-reader.ts';
import type { Profile } from '../../src/profile.ts';
import { meta } from '../render/pictures.ts';

/** Without the last line feed. */
function textOf(profile: Profile): string {
  return Buffer.concat(Array.from(writeProfile(profile), (chunk) => Buffer.from(chunk)))
    .toString()
    .replace(/\n$/, '');
}

function read(text: string): Profile {
  const reader = new ProfileTextReader(wrongField);
  for (const line of text.split('\n')) reader.take(line);
  return reader.finish();
}

const anyName = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('a', 'b', '\ud800', '{"name":1}', '12'),
);
const anyFrame: fc.Arbitrary<Frame> = fc.record(
  {
    name: anyName,
    module: anyName,
    file: anyName,
    line: fc.nat(),
    kernel: fc.constant(true),
    inlined: fc.constant(true),
    jit: fc.constant(true),
  },
  { requiredKeys: ['name'] },
);
const anyWeight = fc.oneof(fc.nat(), fc.constant(0), fc.constant(Number.MAX_SAFE_INTEGER / 1000));
const anyStacks = fc.array(
  fc.tuple(fc.array(anyFrame, { maxLength: 6 }), anyWeight.map(Math.floor), fc.nat()),
  { maxLength: 30 },
);
type Stacks = typeof anyStacks extends fc.Arbitrary<infer Found> ? Found : never;

function profileOf(stacks: Stacks, metadata: Metadata = {}): Profile {
  const builder = new ProfileBuilder([
    { name: 'inuse_space', unit: 'bytes' },
    { name: 'inuse_objects', unit: 'count' },
  ]);
  for (const [frames, bytes, calls] of stacks) {
    const node = frames.reduce((parent, each) => builder.child(parent, builder.frame(each)), 0);
    builder.add(node, 0, bytes);
    builder.add(node, 1, calls);
  }
  return builder.build(metadata);
}

function readText(text: string): Profile {
  const reader = new PartReader(true);
  for (let rest: Uint8Array = Buffer.from(text); rest.length > 0; ) {
    const room = reader.room();
    const piece = rest.subarray(0, room.length);
    room.set(piece);
    reader.take(piece.length);
    rest = rest.subarray(piece.length);
  }
  return collapsedInput(reader.finish()).profile;
}

describe('the text of a profile', () => {
  test('is lines of frames, then lists', () => {
    const main = { name: 'main', module: 'a.out' };
    const b = { name: 'b' };
    const profile = profileOf([
      [[main, b], 4096, 1],
      [[main, { name: 'a', inlined: true }], 0, 2],
      [[main, { name: 'a', inlined: true }, main, b], 33, 0],
      [[b], 8, 0],
    ]);
    // main, main;b, main;a, main;a;main, main;a;main;b, b: letters are A = 0, B = 1 and so on.
    expect(
      textOf(profile),
    ).toBe(`{"profile":2,"columns":[{"name":"inuse_space","unit":"bytes"},{"name":"inuse_objects","unit":"count"}],"root":[0,0],"meta":{}}
[{"name":"main","module":"a.out"},"b",{"name":"a","inlined":true}]
CC
BE
ABCABB
BCA
ggEhBI
BA
BC`);
  });

  test('gives back everything, whatever the frames, and is the same then', () => {
    fc.assert(
      fc.property(anyStacks, (stacks) => {
        const profile = profileOf(stacks, meta);
        const text = textOf(profile);
        const back = read(text);
        expect(back.meta).toEqual(meta);
        expect(textOf(back)).toBe(text);
        expect(back.parent).toHaveLength(profile.parent.length);
        for (const [index, { name, unit, self }] of profile.columns.entries()) {
          const column = back.columns[index]!;
          expect([column.name, column.unit]).toEqual([name, unit]);
          expect([...column.self].sort()).toEqual([...self].sort());
        }
      }),
    );
  });

  const readName = fc.oneof(
    fc.string({ minLength: 1 }),
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.constantFrom('"', 'a\\', 'a\tb', 'x]', '_[k]', 'é', 'operator""_s'),
    fc.integer({ min: 1, max: 200_000 }).map((length) => 'b'.repeat(length)),
  );
  const expectSame = (profile: Profile) =>
    expect(textOf(profile)).toBe(textOf({ ...profile, frames: [...profile.frames] }));

  test('is the same of names as they were read, and of these names by themselves', () => {
    fc.assert(
      fc.property(fc.array(readName, { minLength: 1, maxLength: 12 }), (names) => {
        const lines = names.map((name, i) => `${name.replaceAll(/[;\n]/g, ':')};leaf ${i + 1}\n`);
        expectSame(readText(lines.join('')));
      }),
      { numRuns: 50 },
    );
    // Where a line ends, and a piece of what the kernel writes.
    for (let length = 65_520; length < 65_540; length++)
      expectSame(readText(`main;${'a'.repeat(length)};b 1\nmain;c 2\n`));
    expect(namesAsRead(readText('main;(anonymous namespace)::f() 1\n').frames)).toBeDefined();
  });

  test('holds a stack of 100,000 frames', () => {
    const frames = Array.from({ length: 100_000 }, (_, i) => ({ name: `f${i}` }));
    expect(read(textOf(profileOf([[frames, 7, 1]]))).parent).toHaveLength(100_001);
  });

  const head = '{"profile":2,"columns":[{"name":"x","unit":"bytes"}],"root":[0],"meta":{}}';
  const lists = '["a"]\n\n\nA\nA\nB';

  test.each([
    ['{"profile":1}', 'the embedded data are of version 1'],
    ['nonsense', 'line 1: '],
    ['[]', 'line 1: expected an object'],
    ['{"profile":2,"columns":[],"root":[],"meta":{}}', 'line 1: there are no columns'],
    [head.replace('bytes', 'hours'), 'line 1: a column is none'],
    [head.replace('{}', '{"host":1}'), 'line 1: "host" is not what it should be'],
    [head.replace('{}', '{"lost":[{"reason":"x","calls":-1}]}'), 'line 1: "lost" is not'],
    [head.replace('{}', '{"stacks":{"total":1}}'), 'line 1: "stacks" is not'],
    [head.replace('{}', '{"view":"__proto__"}'), 'line 1: "view" is not'],
    [head.replace('{}', '{"residency":[{}]}'), 'line 1: "residency" is not'],
    [head.replace('{}', '{"differential":{"before":[]}}'), 'line 1: "differential" is not'],
    [head.replace('{}', '{"a":'.repeat(100_000)), 'line 1: '],
    [head, 'nodes: there are too few or too many lists'],
    [`${head}\n${lists}\nB\nB`, 'nodes: there are too few or too many lists'],
    [`${head}\n\n\nA\nA\nB`, 'nodes: frame 0 is not defined'],
    [`${head}\n["a"]\n\n\nB\nA\nB`, 'nodes: frame 1 is not defined'],
    [`${head}\n["a"]\nA\nB\nA\nA\nB`, 'nodes: a node is above the root'],
    [`${head}\n["a"]\n\n\n-\nA\nB`, 'nodes: expected whole numbers'],
    [`${head}\n["a"]\n\n\nA\nA\nü`, 'nodes: expected whole numbers'],
    [`${head}\n["a"]\n\n\nA\nA\n`, 'nodes: expected whole numbers'],
    [`${head}\n["a"]\n\n\nA\nA\n+++++++++++B`, 'nodes: expected whole numbers'],
    [`${head}\n["a"]\n\n\nA\nB\nB`, 'nodes: the lists are not equally long'],
    [`${head}\n["a"]\n\nB\nA\nA\nB`, 'nodes: the lists are not equally long'],
    [`${head}\n["a"]\n\n\nA\nA\nBB`, 'nodes: the lists are not equally long'],
    [`${head}\n1`, 'nodes: there are too few or too many lists'],
    [`${head}\n[1]`, 'line 2: expected an object'],
    [`${head}\n[{"name":1}]`, 'line 2: a frame has no name'],
    [`${head}\n[{"name":"a","line":-1}]`, 'line 2: expected a whole number'],
  ])('is refused when it is %j', (text, message) => {
    expect(() => read(text)).toThrow(UserError);
    expect(() => read(text)).toThrow(message);
  });

  test('is refused when its sums cannot be exact, or nothing is there', () => {
    const most = `${'/'.repeat(10)}H`;
    const twice = (weights: string) => `${head}\n["a"]\n\n\nAA\nAA\n${weights}`;
    expect(read(twice(`${most}A`)).columns[0]!.self).toContain(Number.MAX_SAFE_INTEGER);
    expect(() => read(twice(`${most}B`))).toThrow(UserError);
    expect(() => new ProfileTextReader().finish()).toThrow('the embedded data are empty');
  });
});

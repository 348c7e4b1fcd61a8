import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { collapsedName, frameOfText } from '../src/collapsed/name.ts';
import { readCollapsed } from '../src/collapsed/reader.ts';
import { writeCollapsed } from '../src/collapsed.ts';
import { UserError } from '../src/errors.ts';
import type { Frame } from '../src/frame.ts';
import { ProfileBuilder } from '../src/profile/builder.ts';
import { type Profile, totals } from '../src/profile.ts';
import { chunksOf } from './chunks.ts';
import { textOf } from './text-of.ts';

type Stack = readonly [frames: Frame[], weight: number];

function build(stacks: readonly Stack[]): Profile {
  const builder = new ProfileBuilder([
    { name: 'alloc_space', unit: 'bytes' },
    { name: 'alloc_objects', unit: 'count' },
  ]);
  for (const [frames, weight] of stacks) {
    const node = frames.reduce((at, frame) => builder.child(at, builder.frame(frame)), 0);
    builder.add(node, 0, weight);
    builder.add(node, 1, 1);
  }
  return builder.build();
}

function stack(names: string, weight: number): Stack {
  return [names.split(' ').map((name) => ({ name })), weight];
}

function written(profile: Profile, column?: string): string {
  return textOf(writeCollapsed(profile, column));
}

const hostileName = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      ...['a', ' ', ';', '#', '8', '.', '\n', '\t', '\ud800', '\ufeff', '_[i]', '_[k]', '_'],
    ),
  }),
);
const kinds = fc.record(
  { kernel: fc.boolean(), jit: fc.boolean(), inlined: fc.boolean() },
  { requiredKeys: [] },
);
const frame: fc.Arbitrary<Frame> = fc.oneof(
  hostileName.map((name) => ({ name })),
  fc.tuple(hostileName, kinds).map(([name, marks]) => ({ name, ...marks })),
  fc.record({ name: fc.constantFrom('a', 'b', 'b.x', 'a 8'), module: fc.constantFrom('m', 'n') }),
);
const stacks = fc.array(fc.tuple(fc.array(frame, { minLength: 1, maxLength: 5 }), fc.nat(999)));

describe('writeCollapsed', () => {
  it('writes one line per stack, sorted by the text of the stack', () => {
    const profile = build([
      stack('a b c', 3),
      stack('a b.x', 2),
      stack('a', 7),
      stack('a b', 1),
      stack('a b', 4),
      stack('Z', 1),
    ]);
    expect(written(profile)).toBe('Z 1\na 7\na;b 5\na;b.x 2\na;b;c 3\n');
  });

  it('writes the column that is asked for, and the first one otherwise', () => {
    const profile = build([stack('a', 7), stack('a', 8), stack('b', 0)]);
    expect(written(profile)).toBe('a 15\n');
    expect(written(profile, 'alloc_objects')).toBe('a 2\nb 1\n');
    expect(() => written(profile, 'nonsense')).toThrow(RangeError);
  });

  it('merges stacks whose texts are equal, with all that is below them', () => {
    const profile = build([
      [[{ name: 'a', module: 'm' }, { name: 'x' }], 1],
      [[{ name: 'a', module: 'n' }, { name: 'x' }], 2],
      [[{ name: ' a' }, { name: 'y;' }], 4],
      [[{ name: 'a' }, { name: 'y:' }], 8],
    ]);
    expect(written(profile)).toBe('a;x 3\na;y: 12\n');
  });

  it('writes nothing for a profile without weights', () => {
    expect(written(build([]))).toBe('');
    expect(written(build([stack('a b', 0)]))).toBe('');
  });

  it('writes only the strict grammar, in order, whatever the names', () => {
    fc.assert(
      fc.property(stacks, (input) => {
        const lines = written(build(input)).split('\n').slice(0, -1);
        for (const line of lines) {
          expect(line).toMatch(
            /^[^;\0-\x1f\p{Surrogate}]+(?:;[^;\0-\x1f\p{Surrogate}]+)* [1-9]\d*$/u,
          );
          expect(line).not.toMatch(/^\s|;;| {2}\d+$| \d+(?:\.\d*)? \d+$|^#(?: |;)/);
        }
        const texts = lines.map((line) => line.slice(0, line.lastIndexOf(' ')));
        expect(texts).toEqual([...new Set(texts)].sort());
      }),
    );
  });

  it('is read back as the same stacks and weights, and written again as the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(stacks, async (input) => {
        const text = written(build(input));
        fc.pre(text !== '');
        const { profile, skippedLines } = await readCollapsed(chunksOf(text));
        expect(skippedLines).toBe(0);
        expect(profile.meta).toEqual({});
        expect(written(profile)).toBe(text);
        const sum = input.reduce((total, [, weight]) => total + weight, 0);
        expect(totals(profile, profile.columns[0]!)[0]).toBe(sum);
      }),
    );
  });

  it('does not care in which order the lines were read', async () => {
    const shuffled = stacks.chain((input) => {
      const lines = input.map(([frames, weight]) => lineOf(frames, weight));
      const all = fc.shuffledSubarray(lines, { minLength: lines.length });
      return fc.tuple(fc.constant(lines), all);
    });
    await fc.assert(
      fc.asyncProperty(shuffled, async ([lines, others]) => {
        fc.pre(lines.length > 1);
        const [one, other] = await Promise.all([lines, others].map(rewritten));
        expect(other).toBe(one);
      }),
    );
  });

  it('takes a stack of 100,000 frames, and gives it back in chunks that can be streamed', async () => {
    const deep = Array.from({ length: 100_000 }, (_, depth) => `f${depth % 7}`).join(';');
    const text = `${deep} 1\n${deep};leaf 2\n`;
    const { profile } = await readCollapsed(chunksOf(text));
    expect(profile.parent.length).toBe(100_002);
    expect(written(profile) === text).toBe(true);
  });

  it('says that a stack is longer than any text may be', () => {
    const name = 'f'.repeat(2 ** 20);
    const deep = build([[Array.from({ length: 2048 }, () => ({ name })), 1]]);
    expect(() => written(deep)).toThrow(UserError);
  });

  it('streams: no chunk is much longer than the longest line', () => {
    const wide = build(Array.from({ length: 50_000 }, (_, i) => stack(`main f${i}`, 1)));
    const lengths = [...writeCollapsed(wide)].map((chunk) => chunk.length);
    expect(lengths.length).toBeGreaterThan(1);
    expect(Math.max(...lengths)).toBeLessThan(300_000);
  });
});

/** Decimals with quarters: their sums must not depend on the order either. */
function lineOf(frames: readonly Frame[], weight: number): string {
  return `${frames.map(collapsedName).join(';')} ${(weight + 1) / 4}\n`;
}

async function rewritten(lines: readonly string[]): Promise<string> {
  return written((await readCollapsed(chunksOf(lines.join(''), 7))).profile);
}

describe('collapsedName', () => {
  it.each([
    ['operator new(unsigned long)', 'operator new(unsigned long)'],
    ['a;b', 'a:b'],
    ['a\tb\r\nc\u2028d', 'a b  c d'],
    ['\u001b[31mred\u0007', '\ufffd[31mred\ufffd'],
    ['half \ud83d of a pair, \ud83d\ude00 whole', 'half \ufffd of a pair, \ud83d\ude00 whole'],
    ['  a  ', 'a'],
    ['', '[empty]'],
    [' \n', '[empty]'],
    ['operator new 8', 'operator new [8]'],
    ['operator new 8 1.5', 'operator new 8 [1.5]'],
    ['42', '42'],
    ['# note', '[#] note'],
    ['#', '[#]'],
    ['#private', '#private'],
    ['f_[i]', 'f [i]'],
    ['f_[k]_[j]', 'f_[k] [j]'],
    ['_[i]', '_[i]'],
    ['f_[w]', 'f_[w]'],
    ['#_[k]', '[#] [k]'],
  ])('%j is written %j', (name, expected) => {
    expect(collapsedName({ name })).toBe(expected);
  });

  it('marks kernel, JIT and inlined code, and says nothing of module, file and line', () => {
    const name = 'f';
    expect(collapsedName({ name, kernel: true })).toBe('f_[k]');
    expect(collapsedName({ name, jit: true, module: '[anon]' })).toBe('f_[j]');
    expect(collapsedName({ name, inlined: true, file: 'a.c', line: 7 })).toBe('f_[i]');
    expect(collapsedName({ name, inlined: true, jit: true, kernel: true })).toBe('f_[k]_[j]_[i]');
    expect(collapsedName({ name: 'f 8', inlined: true })).toBe('f [8]_[i]');
    expect(collapsedName({ name: '', inlined: true })).toBe('[empty]_[i]');
  });

  it('is read back as the marks that the frame had, and written again the same', () => {
    fc.assert(
      fc.property(frame, (before) => {
        const text = collapsedName(before);
        const { name, ...marks } = frameOfText(text);
        const { kernel = false, jit = false, inlined = false } = before;
        const expected = Object.entries({ kernel, jit, inlined }).filter(([, isSet]) => isSet);
        expect(marks).toEqual(Object.fromEntries(expected));
        expect(collapsedName({ name, ...marks })).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('frameOfText', () => {
  it.each([
    ['f', { name: 'f' }],
    ['f_[i]', { name: 'f', inlined: true }],
    ['f_[i]_[k]', { name: 'f', kernel: true, inlined: true }],
    ['f_[j]_[j]', { name: 'f', jit: true }],
    ['_[i]', { name: '_[i]' }],
    ['_[i]_[i]', { name: '_[i]', inlined: true }],
    ['f_[w]', { name: 'f_[w]' }],
    ['f_[i] x', { name: 'f_[i] x' }],
    ['', { name: '[empty]' }],
  ])('%j', (text, expected) => {
    expect(frameOfText(text)).toEqual(expected);
  });

  it('takes a name of a million characters made of marks', () => {
    expect(frameOfText(`${'_[i]'.repeat(250_000)}x`).inlined).toBeUndefined();
    expect(frameOfText('_[i]'.repeat(250_000))).toEqual({ name: '_[i]', inlined: true });
  });
});

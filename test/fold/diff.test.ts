import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCollapsed } from '../../src/collapsed/reader.ts';
import { writeCollapsed, writeDifferential } from '../../src/collapsed.ts';
import { UserError } from '../../src/errors.ts';
import { type DiffOptions, diff } from '../../src/fold/diff.ts';
import type { Frame } from '../../src/frame.ts';
import { changeAt, isNoise, selfChanges, totalChanges } from '../../src/profile/differential.ts';
import type { Normalization } from '../../src/profile/metadata.ts';
import { columnNamed, type Profile, stackOf, sumOf } from '../../src/profile.ts';
import { chunksOf } from '../chunks.ts';
import { profileOf, type Stacks } from '../render/profiles.ts';
import { textOf } from '../text-of.ts';

const plain: DiffOptions = {
  normalize: 'none',
  threshold: { amount: 0 },
  matching: { by: 'all', stripHex: false },
};

function compared(before: Profile, after: Profile, options: Partial<DiffOptions> = {}): Profile {
  const run = (name: string, profile: Profile) => [{ name, profile }];
  return diff({ before: run('old', before), after: run('new', after) }, { ...plain, ...options });
}

function repeated(before: Stacks[], after: Stacks[], options: Partial<DiffOptions> = {}): Profile {
  const runs = (all: Stacks[]) =>
    all.map((stacks, index) => ({ name: `run ${index}`, profile: profileOf(stacks) }));
  return diff({ before: runs(before), after: runs(after) }, { ...plain, ...options });
}

function written(profile: Profile): string {
  return textOf(writeDifferential(profile));
}

const frame: fc.Arbitrary<Frame> = fc.record(
  {
    name: fc.oneof(fc.constantFrom('a', 'b', 'b;', 'main', '0x7f', ' x 8'), fc.string()),
    module: fc.constantFrom('libc.so.6', 'server'),
    file: fc.constantFrom('a.c', 'b.c'),
    line: fc.nat(3),
    inlined: fc.constant(true),
  },
  { requiredKeys: ['name'] },
);
const stacks = fc.array(fc.tuple(fc.array(frame, { minLength: 1, maxLength: 5 }), fc.nat(10_000)), {
  maxLength: 30,
});

describe('diff', () => {
  it('of a profile with itself is zero everywhere', () => {
    fc.assert(
      fc.property(stacks, (input) => {
        const profile = profileOf(input);
        const difference = compared(profile, profile);
        for (const changes of [selfChanges(difference), totalChanges(difference)])
          expect(difference.parent.findIndex((_, node) => changeAt(changes, node) !== 0)).toBe(-1);
      }),
    );
  });

  it('holds both profiles: each can be read back', () => {
    fc.assert(
      fc.property(stacks, stacks, (one, other) => {
        const [before, after] = [profileOf(one), profileOf(other)];
        const difference = compared(before, after);
        expect(textOf(writeCollapsed(difference, 'before'))).toEqual(
          textOf(writeCollapsed(before)),
        );
        expect(textOf(writeCollapsed(difference, 'after'))).toEqual(textOf(writeCollapsed(after)));
      }),
    );
  });

  it('adds up: the change of a frame is that of all that it calls and its own', () => {
    fc.assert(
      fc.property(stacks, stacks, (one, other) => {
        const difference = compared(profileOf(one), profileOf(other));
        const [own, total] = [selfChanges(difference), totalChanges(difference)];
        const sums = difference.parent.map((_, node) => changeAt(own, node));
        for (let node = sums.length - 1; node > 0; node--)
          sums[difference.parent[node]!]! += sums[node]!;
        for (const [node, sum] of sums.entries()) expect(changeAt(total, node)).toBe(sum);
      }),
    );
  });

  it('of a profile with its own collapsed text is zero everywhere', async () => {
    await fc.assert(
      fc.asyncProperty(stacks, async (input) => {
        const profile = profileOf(input);
        const text = textOf(writeCollapsed(profile));
        fc.pre(text !== '');
        const { profile: read } = await readCollapsed(chunksOf(text));
        // A file whose every line looks like one of a differential is one.
        fc.pre(read.meta.differential === undefined);
        const changes = selfChanges(compared(profile, read));
        expect([...changes.after]).toEqual([...changes.before]);
      }),
    );
  });

  it('can be written and read again', async () => {
    await fc.assert(
      fc.asyncProperty(stacks, stacks, async (one, other) => {
        const text = written(compared(profileOf(one), profileOf(other)));
        fc.pre(text !== '');
        const { profile } = await readCollapsed(chunksOf(text));
        expect(written(profile)).toBe(text);
        expect(profile.columns.map(({ name }) => name)).toEqual(['before', 'after']);
      }),
    );
  });

  it('leaves the input as it was', () => {
    const profile = profileOf([['a', 3]]);
    const copy = structuredClone(profile);
    compared(profile, profileOf([['a', 4]]), { normalize: 'after' });
    expect(profile).toEqual(copy);
  });

  it('goes as deep as stacks go', () => {
    const deep = Array.from({ length: 50_000 }, (_, index) => `f${index % 3}`);
    const changes = totalChanges(compared(profileOf([[deep, 1]]), profileOf([[deep, 3]])));
    expect([changes.before.length, changes.before[0], changes.after[50_000]]).toEqual([
      50_001, 1, 3,
    ]);
  });
});

describe('which frames are the same', () => {
  const at = (frame: Frame, weight: number): Stacks[number] => [[frame], weight];
  const f = { name: 'f', module: 'm', file: 'a.c', line: 1 };
  const frames = (profile: Profile) =>
    Array.from(profile.parent.keys(), (node) => stackOf(profile, node)).slice(1);

  it.each<[string, Frame, Frame, Frame[][]]>([
    ['all that is known is equal', f, f, [[f]]],
    ['another module', f, { ...f, module: 'n' }, [[f], [{ ...f, module: 'n' }]]],
    ['another line', f, { ...f, line: 2 }, [[f], [{ ...f, line: 2 }]]],
    ['inlined', f, { ...f, inlined: true }, [[f], [{ ...f, inlined: true }]]],
    ['one has no lines', f, { name: 'f', module: 'm' }, [[{ name: 'f', module: 'm' }]]],
    ['one has no modules', f, { name: 'f' }, [[{ name: 'f' }]]],
    ['text has no `;`', { ...f, name: 'f;g' }, { name: 'f:g' }, [[{ name: 'f:g' }]]],
  ])('%s', (_, before, after, expected) => {
    const difference = compared(profileOf([at(before, 1)]), profileOf([at(after, 1)]));
    expect(frames(difference)).toEqual(expected);
  });

  it('an empty profile takes nothing from what the other knows', () => {
    const difference = compared(profileOf([at(f, 1)]), profileOf([]));
    expect(frames(difference)).toEqual([[f]]);
    expect(written(difference)).toBe('f 1 0\n');
  });

  it('by name: whatever the module and the line, but not whatever the kind', () => {
    const matching = { by: 'name', stripHex: false } as const;
    const moved = { ...f, module: 'm.2', line: 7 };
    const all = [at(moved, 2), at({ ...f, inlined: true }, 3)];
    expect(written(compared(profileOf([at(f, 1)]), profileOf(all), { matching }))).toBe(
      'f 1 2\nf_[i] 0 3\n',
    );
  });

  it('without addresses, as difffolded.pl -s has it', () => {
    const matching = { by: 'all', stripHex: true } as const;
    const before = profileOf([['main;[0x7f3A+8];0x12', 1]]);
    const after = profileOf([['main;[0xBEEF+8];0x', 2]]);
    expect(written(compared(before, after, { matching }))).toBe(
      'main;[0x...+8];0x 0 2\nmain;[0x...+8];0x... 1 0\n',
    );
  });
});

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
        'new does not say how long it took: --normalize duration needs captures, or SVGs made of them',
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

describe('what cannot be compared', () => {
  it.each([
    ['unit', profileOf([['a', 1]], {}, 'bytes'), profileOf([['a', 1]], {}, 'pages')],
    ['view', profileOf([['a', 1]], { view: 'all' }), profileOf([['a', 1]], { view: 'unfreed' })],
  ])('another %s', (what, before, after) => {
    expect(() => compared(before, after)).toThrow(`the ${what} of old is `);
  });

  it('a differential', () => {
    const difference = compared(profileOf([]), profileOf([]));
    expect(() => compared(difference, profileOf([]))).toThrow('old is a differential already');
  });
});

describe('notes', () => {
  const started = (start: string, rest = {}) => profileOf([['a', 1]], { start, ...rest });
  const notes = (before: Profile, after: Profile, normalize: Normalization = 'none') =>
    compared(before, after, { normalize }).meta.notes!;
  const [early, late] = ['2026-11-21T06:14:00.123Z', '2026-11-21T06:14:00.124Z'];

  it('say when the inputs look swapped', () => {
    expect(notes(started(early), started(late))).toEqual([]);
    expect(notes(started(early), started(early))).toEqual([]);
    expect(notes(started(late), started(early))).toEqual([
      'new (after) began before old (before): are they swapped?',
    ]);
  });

  it('say what is taken to be the same unit', async () => {
    const { profile } = await readCollapsed(chunksOf('a 1\n'));
    expect(notes(profile, started(late))).toEqual([
      'old does not say what it counts: taken to be bytes',
    ]);
    expect(compared(profile, started(late, { view: 'all' })).meta.view).toBe('all');
  });

  it('say when one took longer, unless that is made up for', () => {
    const [short, long] = [
      started(early, { durationMs: 1000 }),
      started(late, { durationMs: 1101 }),
    ];
    expect(notes(short, long)[0]).toMatch(/^traced for 1.0 s to 1.1 s: --normalize duration/);
    expect(notes(short, long, 'duration')).toEqual([]);
    expect(notes(short, started(late, { durationMs: 1100 }))).toEqual([]);
  });

  it('say when filters differ, and when there is nothing to normalise', () => {
    const filtered = started(late, { filters: ['size >= 64 bytes'] });
    expect(notes(started(early, { filters: [] }), filtered)).toEqual([
      'traced with different filters: old: none; new: size >= 64 bytes',
    ]);
    expect(notes(profileOf([]), profileOf([['a', 1]]), 'after')).toEqual([
      '1 input without any weight: cannot be normalised',
    ]);
  });
});

import { describe, expect, it } from 'vitest';
import { readCollapsed } from '../../src/collapsed/reader.ts';
import type { Frame } from '../../src/frame.ts';
import type { Normalization } from '../../src/profile/metadata.ts';
import { type Profile, stackOf } from '../../src/profile.ts';
import { chunksOf } from '../chunks.ts';
import { profileOf, type Stacks } from '../render/profiles.ts';
import { compared, written } from './comparisons.ts';

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

  it('say of functions in both, in other modules or lines, how to compare them', () => {
    const frames = (module: string, line?: number) =>
      profileOf([
        [[{ name: 'main', module, ...(line && { file: '/src/a.c', line }) }], 1],
        [[{ name: 'put', module, ...(line && { file: '/src/a.c', line: line + 9 }) }], 1],
        [[{ name: 'malloc', module: 'libc.so.6' }], 1],
      ]);
    const taken = 'taken for vanished and new, unless you say --match name';
    const both = ', 1 other function too';
    expect(notes(frames('server-1'), frames('server-2'))).toEqual([
      `main (server-1 before, server-2 after) is in another module or line${both}: ${taken}`,
    ]);
    expect(notes(frames('server', 3), frames('server', 4))).toEqual([
      `main (server, a.c:3 before, server, a.c:4 after) is in another module or line${both}: ${taken}`,
    ]);
    expect(notes(frames('server', 3), frames('server'))).toEqual([]);
    const matching = { by: 'name', stripHex: false } as const;
    expect(compared(frames('a'), frames('b'), { matching }).meta.notes).toEqual([]);
  });

  it('have no name that floods a terminal', () => {
    const named = (module: string) => profileOf([[[{ name: 'x'.repeat(1e6), module }], 1]]);
    expect(notes(named('a'), named('b'))[0]!.length).toBeLessThan(300);
  });
});

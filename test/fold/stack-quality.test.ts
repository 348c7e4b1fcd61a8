import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { WalkEnd } from '../../src/capture/walked-stack.ts';
import type { CaptureModule } from '../../src/capture.ts';
import { stackQuality } from '../../src/fold/stack-quality.ts';
import { captureOf, libc, type StackFields } from './captures.ts';

const app = '/srv/app';
const codec = '/opt/libcodec.so.1';
const good: StackFields = { frames: [`+1@${libc}`, `main@${app}`, `malloc@${libc}`] };

function times(bytes: number, calls: number): { alloc: { bytes: number; calls: number } } {
  return { alloc: { bytes, calls } };
}

describe('stackQuality()', () => {
  test('counts complete stacks, those that were cut, and those that stopped, by module', () => {
    const capture = captureOf({
      stacks: [
        good,
        { frames: [`main@${app}`, `malloc@${libc}`], walkEnd: 'cut' },
        { frames: [`+5@${codec}`, `malloc@${libc}`], walkEnd: 'no_unwind_info', ...times(10, 5) },
        { frames: [`+9@${codec}`, `malloc@${libc}`], walkEnd: 'no_unwind_info', ...times(20, 1) },
        { frames: ['0x7f00', `f@[anon]`, `malloc@${libc}`], walkEnd: 'no_mapping', fpFrames: [0] },
        { frames: ['[stack table full]', `malloc@${libc}`], ...times(1, 1) },
      ],
    });
    expect(stackQuality(capture, 'all')).toEqual({
      unwind: 'auto',
      maxFrames: 127,
      total: { bytes: 331, calls: 10 },
      complete: { bytes: 100, calls: 1 },
      framePointers: { bytes: 100, calls: 1 },
      stops: [
        { reason: 'cut', weight: { bytes: 100, calls: 1 } },
        { reason: 'no_mapping', module: '[anon]', weight: { bytes: 100, calls: 1 } },
        { reason: 'no_unwind_info', module: 'libcodec.so.1', weight: { bytes: 30, calls: 6 } },
        { reason: 'no_stack', weight: { bytes: 1, calls: 1 } },
      ],
      nameless: [],
    });
  });

  test('tells whether a module has unwind information for other code', () => {
    const stacks = [{ frames: [`+5@${codec}`], walkEnd: 'no_unwind_info' as const }];
    const partly = (unwind: CaptureModule['unwind']) =>
      stackQuality(captureOf({ stacks, modules: { [codec]: unwind ? { unwind } : {} } }), 'all')!
        .stops[0]!.partly;
    expect([partly('eh_frame'), partly('debug_frame')]).toEqual([true, true]);
    expect([partly('none'), partly(undefined)]).toEqual([undefined, undefined]);
  });

  test('tells stacks of a process that became another program', () => {
    const stacks = [
      { frames: [`main@${app}`], walkEnd: 'no_mapping' as const },
      { frames: [`main@${app}`], walkEnd: 'unreadable' as const },
      { frames: [`main@${app}`], walkEnd: 'no_mapping' as const, process: 1 },
    ];
    const capture = captureOf({ stacks });
    const [process] = capture.processes;
    const processes = [{ ...process!, execs: 1 }, process!];
    const { stops } = stackQuality({ ...capture, processes }, 'all')!;
    expect(stops.map(({ reason, replaced }) => [reason, replaced])).toEqual([
      ['no_mapping', undefined],
      ['no_mapping', true],
      ['unreadable', undefined],
    ]);
  });

  test('counts what weighs in the view', () => {
    const freed = { ...good, unfreed: { bytes: 0, calls: 0 }, walkEnd: 'unreadable' } as const;
    const capture = captureOf({ stacks: [good, freed] });
    expect(stackQuality(capture, 'all')!.stops).toHaveLength(1);
    expect(stackQuality(capture, 'unfreed')).toMatchObject({
      total: { bytes: 100, calls: 1 },
      complete: { bytes: 100, calls: 1 },
      stops: [],
    });
  });

  test('claims nothing of a capture whose stacks do not say how they end', () => {
    const { unwind: _, ...header } = captureOf({ stacks: [good] }).header;
    expect(stackQuality({ ...captureOf({ stacks: [good] }), header }, 'all')).toBeUndefined();
  });

  test('adds up: every stack is complete or has stopped', () => {
    const ends = fc.constantFrom<WalkEnd | undefined>(
      ...([undefined, 'cut', 'no_mapping', 'no_unwind_info', 'unsupported', 'unreadable'] as const),
    );
    const outer = fc.constantFrom(`+1@${libc}`, `main@${app}`, '0x7f00', '[remark]', 'f@[anon]');
    const stacks = fc.array(fc.tuple(ends, outer, fc.nat(1000), fc.nat(10)));
    fc.assert(
      fc.property(stacks, (some) => {
        const capture = captureOf({
          stacks: some.map(([end, frame, bytes, calls]) => ({
            frames: [frame, `malloc@${libc}`],
            ...times(bytes, calls),
            ...(end && { end }),
          })),
        });
        const { total, complete, stops } = stackQuality(capture, 'all')!;
        const parts = [complete, ...stops.map(({ weight }) => weight)];
        for (const key of ['bytes', 'calls'] as const)
          expect(parts.reduce((sum, part) => sum + part[key], 0)).toBe(total[key]);
        const worst = stops.map(({ weight }) => weight.bytes);
        expect(worst).toEqual([...worst].sort((a, b) => b - a));
      }),
    );
  });
});

describe('modules without names', () => {
  function nameless(
    symbols: CaptureModule['symbols'],
    stacks: readonly StackFields[],
    path = codec,
  ) {
    const modules = { [path]: { buildId: 'c0dec', ...(symbols && { symbols }) } };
    return stackQuality(captureOf({ modules, stacks }), 'all')!.nameless.map(
      ({ module }) => module,
    );
  }

  const deep = (path: string): StackFields => ({
    frames: [
      ...[`_start@${app}`, `start@${libc}`, `main@${app}`],
      ...[`+5@${path}`, `+6@${path}`, `+7@${path}`, `malloc@${libc}`],
    ],
  });

  test('are named with what their files have, and their build id', () => {
    const modules = { [codec]: { buildId: 'c0dec', symbols: 'dynsym' } } as const;
    const capture = captureOf({ modules, stacks: [good, deep(codec)] });
    expect(stackQuality(capture, 'all')!.nameless).toEqual([
      {
        module: 'libcodec.so.1',
        buildId: 'c0dec',
        symbols: 'dynsym',
        weight: { bytes: 100, calls: 1 },
      },
    ]);
  });

  test.each(['none', 'dynsym'] as const)('count when they have %s', (symbols) => {
    expect(nameless(symbols, [deep(codec)])).toEqual(['libcodec.so.1']);
  });

  test.each(['symtab', 'debug_file', 'debugdata', 'jit_map', undefined] as const)(
    'do not when they have %s',
    (symbols) => {
      expect(nameless(symbols, [deep(codec)])).toEqual([]);
    },
  );

  test('do not for what starts a thread, unless they have no names at all', () => {
    const start: StackFields = { frames: [`+1@${libc}`, `+2@${libc}`, `main@${app}`] };
    expect(nameless('dynsym', [start], libc)).toEqual([]);
    expect(nameless('none', [start], libc)).toEqual(['libc.so.6']);
  });

  test('do not for a name or two, unless they have no names at all', () => {
    const start = [`_start@${app}`, `start@${libc}`, `main@${app}`];
    const few: StackFields = { frames: [...start, `+5@${codec}`, `+6@${codec}`, `+5@${codec}`] };
    expect(nameless('dynsym', [few])).toEqual([]);
    expect(nameless('none', [few])).toEqual(['libcodec.so.1']);
    expect(nameless('dynsym', [few, { frames: [...start, `+7@${codec}`] }])).toEqual([
      'libcodec.so.1',
    ]);
  });

  test('do not below a twentieth of bytes and of calls', () => {
    const some = (bytes: number, calls: number) =>
      nameless('none', [
        { ...good, ...times(10_000, 100) },
        { ...deep(codec), ...times(bytes, calls) },
      ]);
    expect(some(100, 1)).toEqual([]);
    expect(some(1000, 1)).toEqual(['libcodec.so.1']);
    expect(some(100, 10)).toEqual(['libcodec.so.1']);
  });

  test('may be what a JIT made, and no other code without a file', () => {
    expect(nameless('none', [deep('[anon]')], '[anon]')).toEqual(['[anon]']);
    expect(nameless('none', [deep('[vdso]')], '[vdso]')).toEqual([]);
  });
});

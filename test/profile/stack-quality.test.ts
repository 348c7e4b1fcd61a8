import { describe, expect, test } from 'vitest';
import {
  qualityLines,
  qualityProblems,
  type StackQuality,
  type StackStop,
} from '../../src/profile/stack-quality.ts';

const nothing = { bytes: 0, calls: 0 };
const all = { bytes: 10_000, calls: 1000 };
const well: StackQuality = {
  unwind: 'auto',
  maxFrames: 127,
  total: all,
  complete: all,
  framePointers: nothing,
  stops: [],
  nameless: [],
};

function problems(change: Partial<StackQuality>): string[] {
  return qualityProblems({ ...well, ...change });
}

function stop(reason: StackStop['reason'], module?: string, bytes = 1000): StackStop {
  return { reason, ...(module && { module }), weight: { bytes, calls: bytes / 10 } };
}

describe('qualityLines()', () => {
  const lines = (change: Partial<StackQuality>) => qualityLines({ ...well, ...change });

  test('is one line when all is well', () => {
    expect(lines({})).toEqual(['stacks: 100% complete']);
    expect(problems({})).toEqual([]);
  });

  test('says nothing where nothing is known or recorded', () => {
    expect(qualityLines(undefined)).toEqual([]);
    expect(qualityProblems(undefined)).toEqual([]);
    expect(lines({ total: nothing, complete: nothing })).toEqual([]);
  });

  test('says bytes and calls where they differ', () => {
    expect(lines({ complete: { bytes: 9730, calls: 991 } })).toEqual([
      'stacks: 97.3% of bytes, 99.1% of calls complete',
    ]);
    expect(lines({ complete: { bytes: 5000, calls: 500 } })).toEqual(['stacks: 50.0% complete']);
    expect(lines({ total: { bytes: 0, calls: 10 }, complete: { bytes: 0, calls: 9 } })).toEqual([
      'stacks: 90.0% complete',
    ]);
  });

  test('does not round to all or nothing', () => {
    const complete = { bytes: 9_999_999, calls: 9_999_999 };
    const total = { bytes: 10_000_000, calls: 10_000_000 };
    expect(lines({ total, complete })).toEqual(['stacks: >99.9% complete']);
    expect(lines({ total, complete: { bytes: 1, calls: 1 } })).toEqual(['stacks: <0.1% complete']);
  });

  test('says how much frame pointers found, unless they were asked for', () => {
    const framePointers = { bytes: 1000, calls: 5 };
    expect(lines({ framePointers })).toEqual([
      'stacks: 100% complete; 10.0% of bytes, 0.5% of calls partly by frame pointer',
    ]);
    expect(lines({ framePointers, unwind: 'fp' })).toEqual([
      'stacks: 100% complete, as far as frame pointers tell',
    ]);
    expect(lines({ framePointers: { bytes: 9, calls: 0 } })).toEqual(['stacks: 100% complete']);
  });
});

describe('qualityProblems()', () => {
  test.each([
    [stop('cut'), 'stacks: 10.0% cut at 127 frames: --max-frames 512 keeps more'],
    [
      stop('no_unwind_info', 'libfoo.so.1'),
      'stacks: 10.0% stop in libfoo.so.1, which has no unwind information: install its debug package, or pass --debug-dir',
    ],
    [
      stop('no_unwind_info', '[anon]'),
      'stacks: 10.0% stop in [anon], which has no unwind information: let its JIT compiler keep frame pointers (java: -XX:+PreserveFramePointer)',
    ],
    [
      stop('unsupported', 'libfoo.so.1'),
      'stacks: 10.0% stop in libfoo.so.1, whose unwind information is not understood: try --unwind fp',
    ],
    [
      stop('no_mapping', 'libfoo.so.1'),
      'stacks: 10.0% stop beyond libfoo.so.1, in no known code: build it with frame pointers, or trace again if it was just loaded',
    ],
    [
      { ...stop('no_mapping', 'libfoo.so.1'), replaced: true },
      'stacks: 10.0% stop beyond libfoo.so.1, in no known code, of a process that replaced itself by another program: trace that program itself, with -c',
    ],
    [
      stop('no_mapping', '[uprobes]'),
      'stacks: 10.0% stop beyond [uprobes], in no known code: a probe has displaced the code that ran; memstacks pgfault, of page faults alone, has no probes there',
    ],
    [
      stop('unreadable'),
      'stacks: 10.0% stop beyond unknown code, where the stack could not be read: build it with frame pointers, unless the stack was swapped out',
    ],
  ])('%j', (one, line) => {
    expect(problems({ stops: [one] })).toEqual([line]);
  });

  test('advises what the way of walking allows', () => {
    const stops = [stop('no_unwind_info', 'libfoo.so.1')];
    expect(problems({ stops, unwind: 'dwarf' })[0]).toMatch(
      /--debug-dir; --unwind auto tries frame pointers$/,
    );
    expect(problems({ stops: [stop('no_mapping', 'a')], unwind: 'fp' })[0]).toMatch(
      /: --unwind auto walks by unwind information$/,
    );
    expect(problems({ stops: [stop('no_unwind_info', 'a')], unwind: 'fp' })).toEqual([
      'stacks: 10.0% stop in a, which keeps no frame pointer: --unwind auto walks by unwind information',
    ]);
    expect(problems({ stops: [stop('cut')], maxFrames: 512 })).toEqual([
      'stacks: 10.0% cut at 512 frames',
    ]);
  });

  test('leaves what was lost to those who say so', () => {
    expect(problems({ stops: [stop('no_stack')] })).toEqual([]);
  });

  test('tells code without unwind information from files without', () => {
    const stops = [{ ...stop('no_unwind_info', 'node'), partly: true }];
    expect(problems({ stops })).toEqual([
      'stacks: 10.0% stop in node, at code without unwind information: assembly and the like need frame pointers',
    ]);
    expect(problems({ stops, unwind: 'dwarf' })[0]).toMatch(
      /; --unwind auto tries frame pointers$/,
    );
    expect(problems({ stops, unwind: 'fp' })[0]).toContain('node, which keeps no frame pointer: ');
  });

  test('names the worst three, and counts the others', () => {
    const stops = ['a', 'b', 'c', 'd', 'e'].map((name) => stop('no_unwind_info', name, 500));
    const lines = problems({ stops });
    expect(lines).toHaveLength(4);
    expect(lines[3]).toBe('stacks: 10.0% end for 2 other reasons');
  });

  test('keeps quiet about next to nothing', () => {
    const total = { bytes: 1_000_000, calls: 1_000_000 };
    expect(problems({ total, stops: [stop('cut', undefined, 990)] })).toEqual([]);
    expect(problems({ total, stops: [stop('cut', undefined, 1010)] })).toHaveLength(1);
  });

  test('advises no --addresses where they are there', () => {
    const nameless = [{ module: 'app', symbols: 'none', weight: all }] as const;
    expect(problems({ nameless, addresses: true })[0]).toMatch(/pass --debug-dir$/);
    expect(problems({ nameless })[0]).toMatch(/; until then --addresses tells places in it apart$/);
  });

  test.each([
    [
      { module: 'libfoo.so.1', buildId: 'c0de', symbols: 'none', weight: all },
      'names: 100% go through libfoo.so.1, which has no names: install its -dbgsym package, or pass --debug-dir (build id c0de); until then --addresses tells places in it apart',
    ],
    [
      { module: 'app', symbols: 'dynsym', weight: { bytes: 1000, calls: 1000 } },
      'names: 10.0% of bytes, 100% of calls go through app, which names only what it exports: install its -dbgsym package, or pass --debug-dir; until then --addresses tells places in it apart',
    ],
    [
      { module: '[anon]', symbols: 'none', weight: all },
      'names: 100% go through [anon], code without names: let a JIT write /tmp/perf-PID.map (node --perf-basic-prof, jcmd PID Compiler.perfmap, python -X perf)',
    ],
  ] as const)('%j', (one, line) => {
    expect(problems({ nameless: [one] })).toEqual([line]);
  });

  test('counts modules without names beyond three', () => {
    const one = { module: 'm', symbols: 'none', weight: all } as const;
    const lines = problems({ nameless: [one, one, one, one, one] });
    expect(lines.at(-1)).toBe('names: 2 more modules without names');
  });
});

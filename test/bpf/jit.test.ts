import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { Workplace } from '../cli/program.ts';
import { childOf } from './children.ts';
import { collectWhile } from './collector.ts';
import { describeTracing } from './needs-bpf.ts';
import {
  callsOf,
  framesOf,
  moduleOf,
  namesOf,
  type RawCapture,
  stacksThrough,
} from './raw-capture.ts';
import { type Sample, sampleFile, startProgram, startSample } from './sample.ts';

const jit = sampleFile('jit');
/** From main on, with the names that jit.c gives its code; these have spaces where they want. */
const named = ['main', 'calls_jitted', 'jit_outer', 'Function:~jit_inner file.js:7', 'malloc'];
const unnamed = ['main', 'calls_jitted', '[[anon]]', '[[anon]]', 'malloc'];

/** Within which new code must be known, on a busy machine too. */
const soonMs = 1000;

describeTracing('code that is made at run time', () => {
  test.each([[['map']], [['map', 'late']]])('is walked and named: %s', async (words) => {
    const sample = await startJit(words);
    const capture = await collectJit(sample, words);
    expectStack(capture, named);
    expect(moduleOf(capture, '[anon]')).toMatchObject({ unwind: 'none', symbols: 'jit_map' });
  });

  test('is walked without a map of names', async () => {
    const capture = await collectJit(await startJit([]));
    expectStack(capture, unnamed);
    expect(moduleOf(capture, '[anon]')).toMatchObject({ unwind: 'none', symbols: 'none' });
  });

  test('is walked in children that end before anybody has looked at them', async () => {
    const capture = await collectJit(await startJit(['child']), [], ['--follow-forks']);
    expect(callsOf(capture.stacks)).toBe(50);
    for (const stack of capture.stacks)
      expect(namesOf(capture, stack).slice(-3)).toEqual(unnamed.slice(-3));
  });

  test('ends a walk by tables alone', async () => {
    const capture = await collectJit(await startJit(['map']), [], ['--unwind', 'dwarf']);
    expect(capture.stacks.map((stack) => namesOf(capture, stack))).toEqual([named.slice(3)]);
    expect(capture.stacks[0]).toMatchObject({ walk_end: 'no_unwind_info', alloc: [48000, 1000] });
    expect(capture.end.notes).toMatchObject({ broken_stacks: 1000 });
    expect(capture.stacks[0]).not.toHaveProperty('fp_frames');
  });

  test('is named by a map in its own pid and mount namespace', async () => {
    const sample = await startInNamespaces('', 'map');
    const pid = childOf(sample.pid);
    // What we have at the place of its map must not be taken for it.
    writeOwnMap(pid, '0 7fffffffffff decoy\n');
    expectStack(await collectJit({ ...sample, pid }), named);
  });

  test('is not named by a map that only our own root has', async () => {
    const outside = new Workplace().path('map');
    writeFileSync(outside, '0 7fffffffffff outside\n');
    const sample = await startInNamespaces(`ln -s ${outside} /tmp/perf-1.map`);
    expectStack(await collectJit({ ...sample, pid: childOf(sample.pid) }), unnamed);
  });

  test.each([
    ['a FIFO', (path: string) => execFileSync('mkfifo', [path])],
    ['not a map', (path: string) => writeFileSync(path, Buffer.alloc(100_000, 'perf\0\xff'))],
    ['a map of anything else', (path: string) => writeFileSync(path, anythingElse)],
  ])('is not named by %s', async (_, make) => {
    const sample = await startJit([]);
    make(ownMap(sample.pid));
    expectStack(await collectJit(sample), unnamed);
  });

  test('is named by a map that has more than that', async () => {
    const sample = await startJit(['map']);
    const map = ownMap(sample.pid);
    writeFileSync(map, `${anythingElse}\n${readFileSync(map, 'latin1')}${anythingElse}`);
    expectStack(await collectJit(sample), named);
  });
}, [jit]);

/** Ranges that are empty, wrap around, have no name, or lie elsewhere. */
const anythingElse = [
  ...[
    '0 0 empty',
    'ffffffffffffff00 1000 wraps',
    '1000 ffffffffffffffff all',
    '10 20',
    '-1 5 below',
  ],
  ...['5555 10 elsewhere', `1 1 ${'long'.repeat(50_000)}`, 'fffffffffffffffffffff 10 too_large'],
].join('\n');

async function startJit(words: readonly string[]): Promise<Sample> {
  const sample = await startSample('jit', ...words);
  onTestFinished(() => rmSync(ownMap(sample.pid), { recursive: true, force: true }));
  return sample;
}

/** With processes and /tmp of its own; `setUp` is done there first. */
async function startInNamespaces(setUp: string, ...words: readonly string[]): Promise<Sample> {
  // By descriptor, should this folder lie in /tmp.
  const script = `exec 3<"$0"; mount -t tmpfs none /tmp; ${setUp}\n exec /proc/self/fd/3 "$@"`;
  const options = ['--pid', '--fork', '--kill-child', '--mount'];
  const sample = startProgram('unshare', [...options, 'sh', '-ec', script, jit, ...words]);
  expect(await sample.line()).toBe('ready');
  return sample;
}

function ownMap(pid: number): string {
  return `/tmp/perf-${pid}.map`;
}

function writeOwnMap(pid: number, text: string): void {
  writeFileSync(ownMap(pid), text);
  onTestFinished(() => rmSync(ownMap(pid)));
}

async function collectJit(
  sample: Sample,
  words: readonly string[] = [],
  options: readonly string[] = [],
): Promise<RawCapture> {
  const { capture, result } = await collectWhile(['-p', `${sample.pid}`, ...options], async () => {
    sample.tell();
    if (words.includes('late')) {
      expect(await sample.line()).toBe('written');
      await new Promise((resolve) => setTimeout(resolve, soonMs));
      sample.tell();
    }
    return sample.line();
  });
  expect(result).toBe('done');
  return capture;
}

/** One stack, whole, of a thousand calls; the two that the code called by frame pointer are marked. */
function expectStack(capture: RawCapture, expected: readonly string[]): void {
  const jitted = stacksThrough(capture, 'calls_jitted');
  expect(callsOf(jitted)).toBe(1000);
  for (const stack of jitted) {
    const names = namesOf(capture, stack);
    const main = names.indexOf('main');
    expect([names[0], stack.walk_end]).toEqual(['_start', undefined]);
    expect(names.slice(main)).toEqual(expected);
    expect(stack.fp_frames).toEqual([main + 1, main + 2]);
    const flags = framesOf(capture, stack).map(({ jit = false }) => jit);
    expect(flags).toEqual(names.map((name) => name.includes('jit_')));
  }
}

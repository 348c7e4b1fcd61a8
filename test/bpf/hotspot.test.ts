import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { OwnChains } from './chains.ts';
import { collectWhile } from './collector.ts';
import { describeTracing } from './needs-bpf.ts';
import { addTo, differences, type Weights } from './own-stacks.ts';
import {
  callsOf,
  framesOf,
  moduleOf,
  namesOf,
  type RawCapture,
  type RawStack,
} from './raw-capture.ts';
import { type Sample, sampleFile, startProgram } from './sample.ts';
import { runMemstacks } from './tracing.ts';

const java = '/usr/bin/java';
const jcmd = '/usr/bin/jcmd';
const chains = sampleFile('JavaChains.class');

/** Methods stay frames of their own; some stay with the interpreter. */
const asWritten = [
  'quiet',
  'dontinline,JavaChains::*',
  'exclude,JavaChains::interpreted*',
  'exclude,JavaChains::main',
].map((command) => `-XX:CompileCommand=${command}`);

/** The sizes that JavaChains.java asks for while it is traced. */
const sizes = ['--min-size', '100000', '--max-size', '101000'];

/** Enough calls for either compiler. */
const warmUp = '2000';

/** Within which new code must be known, on a busy machine too. */
const soonMs = 1000;

/** How the interpreter's frames are called; all of them in a virtual machine that only interprets. */
const interpreter = 'Interpreter';
const kept = (name: string) => name === 'main' || name.startsWith('interpreted');

describeTracing('stacks through a Java virtual machine that keeps no frame pointers', () => {
  test.each([
    ['by the second compiler', ['-XX:-TieredCompilation', '-Xbatch']],
    ['by both compilers', ['-Xbatch']],
    ['by the first compiler', ['-XX:TieredStopAtLevel=1', '-Xbatch']],
    ['in one heap', ['-XX:-SegmentedCodeCache', '-XX:-TieredCompilation', '-Xbatch']],
    ['with another collector', ['-XX:+UseZGC', '-Xbatch']],
  ])('compiled %s', async (_, options) => {
    const sample = await startJava(options);
    await warm(sample);
    const { capture, result } = await collectJava(sample, () => runChains(sample));
    expectChains(capture, result);
  });

  test('compiled while it is traced', async () => {
    const sample = await startJava(['-XX:-TieredCompilation', '-Xbatch']);
    const { capture, result } = await collectJava(sample, async () => {
      await warm(sample);
      await new Promise((resolve) => setTimeout(resolve, soonMs));
      return runChains(sample);
    });
    expectChains(capture, result);
  });

  test('that only interprets', async () => {
    const sample = await startJava(['-Xint']);
    const { capture, result } = await collectJava(sample, () => runChains(sample));
    const inJava = (names: readonly string[]) => names.map(() => interpreter);
    // Inside of site: two methods called allocateMemory and a native one.
    const inUnsafe = [interpreter, interpreter, interpreter];
    const own = weightsOf(result, (names) => [...inJava(names), ...inUnsafe]);
    expect(differences(own, tracedJava(capture))).toEqual([]);
    expectWhole(capture);
  });

  test('is no reason for advice', async () => {
    const sample = await startJava([]);
    const { stdout } = await runMemstacks(['doctor', '-p', `${sample.pid}`]);
    expect(stdout).toMatch(
      /^ok +unwinding +pid \d+ \(java\): unwind tables for \d+ mappings of code$/m,
    );
  });
}, [chains, java, jcmd]);

const fakeJvm = sampleFile('fake-jvm/libjvm.so');

describeTracing('what only says that it is a Java virtual machine', () => {
  test.each([
    ['nowhere', undefined],
    ['endless', undefined],
    ['random', undefined],
    ['huge', 'it has more code than there is room for'],
    ['deaf', 'its memory cannot be read'],
  ])('%s', async (mode, warning) => {
    const sample = startProgram(fakeJvm, [mode]);
    expect(await sample.line()).toBe('ready');
    const { capture, stderr, result } = await collectWhile(['-p', `${sample.pid}`], () => {
      sample.tell();
      return sample.line();
    });
    expect(result).toBe('done');
    expect(callsOf(capture.stacks)).toBe(1000);
    for (const stack of capture.stacks) {
      expect(namesOf(capture, stack).slice(-3)).toEqual(['main', 'site', 'malloc']);
      expect(stack.walk_end).toBeUndefined();
    }
    if (warning === undefined) expect(stderr).not.toContain('code');
    else expect(stderr).toContain(`(libjvm.so): ${warning}: stacks through compiled Java code`);
  });
}, [fakeJvm]);

async function startJava(options: readonly string[]): Promise<Sample> {
  const inFolder = ['-cp', dirname(chains), 'JavaChains'];
  const sample = startProgram(java, [...asWritten, ...options, ...inFolder, '7', '50', '0', '20']);
  onTestFinished(() => rmSync(`/tmp/perf-${sample.pid}.map`, { force: true }));
  expect(await sample.line()).toBe('ready');
  return sample;
}

async function warm(sample: Sample): Promise<void> {
  sample.tell(warmUp);
  expect(await sample.line()).toBe('warm');
}

async function runChains(sample: Sample): Promise<OwnChains> {
  sample.tell('run');
  return JSON.parse(await sample.line());
}

/** With names for the code that there is at the end. */
function collectJava<T>(sample: Sample, work: () => Promise<T>) {
  return collectWhile(['-p', `${sample.pid}`, ...sizes], async () => {
    const result = await work();
    execFileSync(jcmd, [`${sample.pid}`, 'Compiler.perfmap'], { stdio: 'ignore' });
    return result;
  });
}

function weightsOf(
  { names, stacks }: OwnChains,
  shown: (names: readonly string[]) => readonly string[],
): Weights {
  const weights: Weights = {};
  for (const { frames, bytes, calls } of stacks)
    addTo(weights, shown(frames.map((frame) => names[frame]!)).join(' > '), [bytes, calls]);
  return weights;
}

/** A map names a method `int JavaChains.site(JavaChains$Chain)`. */
function shortName(name: string): string {
  return /JavaChains\.(\w+)\(/.exec(name)?.[1] ?? name;
}

/** Frames of generated code but the stub that calls the outermost method. */
function javaNames(capture: RawCapture, stack: RawStack): string[] {
  const inJava = framesOf(capture, stack).filter(({ jit }) => jit);
  const [stub, ...names] = inJava.map(({ name }) => shortName(name!));
  expect(stub).toMatch(/^StubRoutines/);
  return names;
}

function tracedJava(
  capture: RawCapture,
  shown: (names: string[]) => readonly string[] = (names) => names,
): Weights {
  const weights: Weights = {};
  for (const stack of capture.stacks)
    addTo(weights, shown(javaNames(capture, stack)).join(' > '), stack.alloc);
  return weights;
}

/** What site calls may be inlined, but for the native method at the end. */
const nativeMethod = 'long jdk.internal.misc.Unsafe.allocateMemory0(long)';
const fromMainToSite = (names: string[]) => [
  ...names.slice(0, names.indexOf('site') + 1),
  names.at(-1)!,
];

function expectChains(capture: RawCapture, own: OwnChains): void {
  const expected = weightsOf(own, (names) => [
    ...names.map((name) => (kept(name) ? interpreter : name)),
    nativeMethod,
  ]);
  expect(differences(expected, tracedJava(capture, fromMainToSite))).toEqual([]);
  expectWhole(capture);
}

/** By tables alone. */
function expectWhole(capture: RawCapture): void {
  for (const stack of capture.stacks) expect(stack.walk_end).toBeUndefined();
  expect(capture.end.notes).not.toHaveProperty('fp_stacks');
  expect(moduleOf(capture, '[anon]')).toMatchObject({ unwind: 'code_cache', symbols: 'jit_map' });
}

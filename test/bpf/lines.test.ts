import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Workplace } from '../cli/program.ts';
import { collectWhile } from './collector.ts';
import { placeByBuildId, splitDebugFile, strip } from './debug-files.ts';
import { describeTracing } from './needs-bpf.ts';
import {
  callsOf,
  framesOf,
  parseRawCapture,
  type RawCapture,
  type RawFrame,
  type RawStack,
  stacksThrough,
} from './raw-capture.ts';
import { sampleFile, startProgram } from './sample.ts';
import { traceWhile } from './tracing.ts';

const inlined = sampleFile('inlined');
const hot = { name: 'hot', ...lineOf('hot') };
const main = { name: 'main', ...lineOf('main') };
const intoHot = [
  { name: 'middle', ...lineOf('middle'), inlined: true },
  { name: 'deepest', ...lineOf('deepest'), inlined: true },
];

describeTracing('source lines and inlined functions', () => {
  test('--inline --lines', async () => {
    const capture = await collectInlined(inlined, ['--inline', '--lines']);
    expect(framesFromMain(capture)).toEqual([main, hot, ...intoHot]);
  });

  test('--inline', async () => {
    const capture = await collectInlined(inlined, ['--inline']);
    const bare = [main, hot, ...intoHot].map(({ file, line, ...frame }) => frame);
    expect(framesFromMain(capture)).toEqual(bare);
  });

  test('--lines', async () => {
    const frames = framesFromMain(await collectInlined(inlined, ['--lines']));
    expect(frames.map(({ name }) => name)).toEqual(['main', 'hot']);
    expect(frames[0]).toEqual(main);
    expect(frames[1]).toMatchObject({ file: expect.stringMatching(/^inlined\.[ch]$/) });
    expect(frames[1]).not.toHaveProperty('inlined');
  });

  test('neither', async () => {
    const frames = framesFromMain(await collectInlined(inlined, []));
    expect(frames).toEqual([{ name: 'main' }, { name: 'hot' }]);
  });

  test('of a stripped program, by its debug file', async () => {
    const folder = new Workplace().folder;
    const options = ['--inline', '--lines', '--debug-dir', folder];
    const capture = await collectInlined(stripInlined(folder), options);
    expect(framesFromMain(capture)).toEqual([main, hot, ...intoHot]);
  });

  test('memstacks --inline --lines --debug-dir', async () => {
    const folder = new Workplace().folder;
    const program = stripInlined(folder);
    const sample = await startInlined(program);
    const options = ['--inline', '--lines', '--debug-dir', folder, '-o', 'x.capture'];
    const { at, ended } = await traceWhile(['-p', `${sample.pid}`, ...options], () => {
      sample.tell();
      return sample.line();
    });
    expect(ended.code).toBe(0);
    expect(framesFromMain(parseRawCapture(at.read('x.capture')))).toEqual([main, hot, ...intoHot]);
  });
}, [inlined, '/usr/bin/llvm-symbolizer']);

/** Where a comment in the source says that a function calls on. */
function lineOf(name: string): { file: string; line: number } {
  for (const file of ['inlined.c', 'inlined.h']) {
    const url = new URL(`../../samples/programs/${file}`, import.meta.url);
    const lines = readFileSync(fileURLToPath(url), 'utf8').split('\n');
    const line = lines.findIndex((text) => text.endsWith(`/* line of ${name} */`)) + 1;
    if (line > 0) return { file, line };
  }
  throw new Error(`no line of ${name}`);
}

/** The program without names, whose debug file lies in the folder by its build id. */
function stripInlined(folder: string): string {
  const program = join(folder, 'program');
  strip(inlined, program);
  splitDebugFile(inlined, placeByBuildId(folder, inlined));
  return program;
}

async function startInlined(program: string) {
  const sample = startProgram(program, []);
  expect(await sample.line()).toBe('ready');
  return sample;
}

async function collectInlined(program: string, options: readonly string[]): Promise<RawCapture> {
  const sample = await startInlined(program);
  const { capture } = await collectWhile(['-p', `${sample.pid}`, ...options], () => {
    sample.tell();
    return sample.line();
  });
  return capture;
}

/** Of the one stack that the program has: what of it lies in its own file. */
function framesFromMain(capture: RawCapture): Omit<RawFrame, 'module'>[] {
  const stacks = stacksThrough(capture, 'hot');
  expect(callsOf(stacks)).toBe(100);
  const [first, ...others] = stacks.map((stack) => fromMain(capture, stack));
  for (const frames of others) expect(frames).toEqual(first);
  return first!;
}

function fromMain(capture: RawCapture, stack: RawStack): Omit<RawFrame, 'module'>[] {
  const frames = framesOf(capture, stack);
  const start = frames.findIndex(({ name }) => name === 'main');
  const own = frames.slice(start).filter(({ module }) => module === frames[start]!.module);
  return own.map(({ name, file, line, inlined }) => ({
    ...(name !== undefined && { name }),
    ...(file !== undefined && { file: basename(file) }),
    ...(line !== undefined && { line }),
    ...(inlined !== undefined && { inlined }),
  }));
}

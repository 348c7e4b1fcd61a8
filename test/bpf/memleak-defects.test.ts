import { copyFileSync, mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Workplace } from '../cli/program.ts';
import { thorough } from './length.ts';
import { describeTracing } from './needs-bpf.ts';
import { type Sample, sampleFile, startProgram, startSample, truthOf } from './sample.ts';
import { callsOf, expectSites, tracedSites } from './sites.ts';
import { captureIn, directCaller, stacksOf, startTrace, traceWhile, weigh } from './tracing.ts';

// What BCC's memleak (libbpf-tools and Python) gets wrong, by test or by reading its source, and
// what we say of the same thing. More of its defects have their tests elsewhere. trouble.test.ts: stacks that find
// no room (it drops their bytes) and blocks that find none (it drops them without a word). sampling.test.ts: what is
// sampled (it does not scale it). allocators-named.test.ts: names with a prefix (its mremap has the arguments of mmap then).

/** Traces a sample from its line to its truth. */
async function traceSample(sample: Sample, ...options: readonly string[]) {
  const args = ['-p', `${sample.pid}`, '-o', 'x.capture', ...options];
  const { at, result, ended } = await traceWhile(args, () => {
    sample.tell();
    return truthOf(sample);
  });
  expect(ended.code).toBe(0);
  return { truth: result, capture: await captureIn(at) };
}

/** One case of samples/programs/defects.c, of which every site is exact and nothing is lost. */
async function traceExactly(...args: readonly string[]) {
  const { truth, capture } = await traceSample(await startSample('defects', ...args));
  expectSites(capture, truth);
  expect(capture.end!.lost).toEqual([]);
  return capture;
}

describeTracing(
  'what memleak gets wrong',
  () => {
    test('blocks that malloc maps: once each, under who asked for them', async () => {
      // It shows 11.5 MB under one frame of libc: the mmap inside has overwritten the size asked for.
      const capture = await traceExactly('mapped');
      const { unfreed } = capture.end!;
      expect([unfreed!.bytes, unfreed!.calls]).toEqual([(3 + 8) << 20, 4]);
      for (const { names } of stacksOf(capture, 'unfreed')) expect(names).toContain('map_blocks');
    });

    test('arenas and stacks of threads are no leaks', async () => {
      // It shows 128 MB for an arena, and 8 MB for the stack of a thread that has ended.
      const capture = await traceExactly('mappings');
      const threads = 2 * 100 * 100;
      expect(capture.end!.unfreed!.bytes).toBeLessThan(threads + 10_000);
    });

    test('a block whose realloc has failed is still there', async () => {
      // It forgets the block when realloc is entered.
      const capture = await traceExactly('failed-realloc');
      expect(callsOf(capture.end!.notes, 'failed')).toBe(100);
    });

    test('the allocator is named, and who called it through code without frame pointers', async () => {
      // It shows neither the function that was called nor anybody above such code.
      const [stack] = stacksOf(await traceExactly('frameless'), 'all');
      expect(stack!.names[0]).toBe('_start');
      const leaf = [
        'main',
        'call_without_frame_pointer',
        'without_frame_pointer',
        'site_frameless',
      ];
      expect(stack!.names.slice(-5)).toEqual([...leaf, 'calloc']);
    });

    test('what is freed is taken from the stack that allocated it', async () => {
      // It reads the block's stack after it has deleted the block: another may be there by then.
      await traceExactly('reuse');
    });

    test('more threads than it has room for end inside the allocator: others count on', async () => {
      // Its 10240 places for calls in progress are never cleaned.
      const times = 11_000;
      const sample = await startSample('escape', 'exit', `${times}`);
      const { truth, capture } = await traceSample(sample);
      expectSites(capture, truth);
      expect(capture.end!.lost).toEqual([{ reason: 'unfinished', calls: times }]);
    });

    // A quarter of a minute on a machine that has nothing else to do.
    const long = { timeout: 300_000, skip: !thorough };
    test('more calls from one stack than 24 bits can count', long, async () => {
      // It packs calls and bytes into one word.
      const calls = 2 ** 24 + 2 ** 16;
      const sample = await startSample('defects', 'calls', `${calls}`);
      const { truth, capture } = await traceSample(sample, '-a', '--entry-only');
      const sites = tracedSites(stacksOf(capture, 'all'), truth);
      expect(sites).toEqual({ site_called: [16 * calls, calls] });
    });

    test('more bytes from one stack than 40 bits can count', async () => {
      const capture = await traceExactly('bytes', '1100');
      expect(capture.end!.freed!.bytes).toBeGreaterThan(2 ** 40);
    });

    test('an allocator with a long path', async () => {
      // It cuts the path of -O after 31 characters.
      const at = new Workplace();
      const folder = at.path(`${'a-folder-with-a-long-name/'.repeat(12)}`);
      mkdirSync(folder, { recursive: true });
      const library = `${folder}libreentrant.so`;
      copyFileSync(sampleFile('libreentrant.so'), library);
      const preloaded = [`LD_PRELOAD=${library}`, sampleFile('trouble'), 'many-live', '100'];
      const sample = startProgram('/usr/bin/env', preloaded);
      expect(await sample.line()).toBe('ready');
      const { truth, capture } = await traceSample(sample);
      expectSites(capture, truth);
      expect(capture.processes[0]!.allocators.map(({ path }) => path)).toContain(library);
    });

    test('ages are milliseconds, and nothing is too young unless asked', async () => {
      // Its least age is 500 ns, where 500 ms were meant.
      const young = await traceAges();
      expect(weigh(young.stacks)).toEqual([100 * 70 + 100 * 80, 200]);
      expect(young.filtered).toEqual([]);
      const old = await traceAges('--older', '500');
      expect(old.stacks.map(directCaller)).toEqual(['site_old']);
      expect(weigh(old.stacks)).toEqual([100 * 70, 100]);
      expect(old.filtered).toEqual([{ reason: 'younger', calls: 100, bytes: 100 * 80 }]);
    });
  },
  ['defects', 'escape', 'trouble', 'libreentrant.so'].map(sampleFile),
);

/** Old blocks, a pause of more than half a second, young blocks, and the end at once. */
async function traceAges(...options: readonly string[]) {
  const sample = await startSample('defects', 'ages');
  const trace = startTrace(['-p', `${sample.pid}`, '-o', 'x.capture', ...options]);
  await trace.begun();
  sample.tell();
  await truthOf(sample);
  await new Promise((resolve) => setTimeout(resolve, 600));
  sample.tell();
  await truthOf(sample);
  expect((await trace.stop()).code).toBe(0);
  const capture = await captureIn(trace.at);
  return { stacks: stacksOf(capture, 'unfreed'), filtered: capture.end!.filtered };
}

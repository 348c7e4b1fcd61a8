import { copyFileSync, renameSync, rmSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Ended, Workplace } from '../cli/program.ts';
import { addDebugLink, splitDebugFile, strip, stripToMiniDebugInfo } from './debug-files.ts';
import { describeTracing } from './needs-bpf.ts';
import { sampleFile, startProgram, startSample, truthOf } from './sample.ts';
import { shownSites, tracedSites } from './sites.ts';
import {
  captureIn,
  directCaller,
  runMemstacks,
  stacksOf,
  startTrace,
  traceWhile,
  weigh,
  weighBy,
} from './tracing.ts';
import { sitesIn, stacksOfTeller, traceTellers } from './truths.ts';

const names = [
  ...['--symbols-prefix', 'own_', '--alloc-fn', 'pool_alloc:2', '--alloc-fn', 'pool_array:2*3'],
  ...['--alloc-fn', 'pool_resize:6,old=5', '--alloc-fn', 'pool_place:3,out=1'],
  ...['--alloc-fn', 'Arena::take:2', '--free-fn', 'pool_free:2'],
];
const pools = [{ program: 'pools' }];

describeTracing('allocators of a program’s own', () => {
  test.each([
    ['all and unfreed', [], ['all', 'unfreed']],
    ['-a', ['-a'], ['all']],
    ['-a --entry-only', ['-a', '--entry-only'], ['all']],
  ] as const)('prefixes and pools: %s', async (_, options, views) => {
    const traced = await traceTellers(pools, [...options, ...names]);
    expect(traced.capture.end!.lost).toEqual([]);
    for (const view of views) {
      const stacks = stacksOfTeller(traced, 0, view);
      expect(sitesIn(stacks, traced.truths[0]!)).toEqual(shownSites(traced.truths[0]!.sites, view));
      // What a pool takes from malloc is part of the pool's own call.
      expect(stacks.every((stack) => directCaller(stack).startsWith('site_'))).toBe(true);
    }
  });

  test('what was attached to is said, and is in the capture', async () => {
    const { ended, capture, pids } = await traceTellers(pools, names);
    const found =
      'pool_alloc, pool_array, pool_resize, pool_place, Arena::take, je_malloc, _rjem_malloc, own_malloc';
    expect(ended.stderr).toContain(
      `Tracing pid ${pids[0]} (pools, ${found} of ${sampleFile('pools')}, malloc of /`,
    );
    const [own] = capture.processes[0]!.allocators.filter(({ path }) => path.endsWith('/pools'));
    expect(own!.functions).toContain('_ZN5Arena4takeEm');
    expect(own!.functions).toContain('own_realloc');
  });

  test('known prefixes are found, others not, and no function that only looks like one', async () => {
    const { truths, capture } = await traceTellers(pools, []);
    const seen = sitesIn(stacksOf(capture, 'all'), truths[0]!);
    const known = /^site_(je_|_rjem_|malloc)/;
    const expected = Object.entries(shownSites(truths[0]!.sites, 'all')).filter(([site]) =>
      known.test(site),
    );
    expect(seen).toMatchObject(Object.fromEntries(expected));
    expect(Object.keys(seen).filter((site) => site.includes('own_'))).toEqual([]);
    const functions = capture.processes[0]!.allocators.flatMap((allocator) => allocator.functions);
    expect(functions).not.toContain('tc_malloc');
  });

  test.each([
    ['/usr/lib/x86_64-linux-gnu/libc.so.6', 'site_malloc'],
    ['libc.so.6', 'site_malloc'],
    [sampleFile('pools'), 'site_je_malloc'],
  ])('-O %s is the only file that counts', async (file, site) => {
    const { truths, capture } = await traceTellers(pools, ['-O', file]);
    expect(capture.processes[0]!.allocators).toHaveLength(1);
    const seen = sitesIn(stacksOf(capture, 'all'), truths[0]!);
    expect(seen[site]).toEqual(truths[0]!.sites[site]!.all);
    for (const other of ['site_malloc', 'site_je_malloc'])
      if (other !== site) expect(seen[other]).toBeUndefined();
  });

  test('-O takes a link to the file', async () => {
    const link = '/usr/lib/x86_64-linux-gnu/libjemalloc.so';
    const { capture } = await traceTellers([{ program: 'mallocx' }], ['-O', link]);
    const files = capture.processes[0]!.allocators.map(({ path }) => path);
    expect(files).toEqual([`${link}.2`]);
  });

  test.each([
    ['by the names that only the C library has', []],
    ['by -O', ['-O', 'static-hidden']],
  ])('a program whose malloc is not visible outside, %s', async (_, options) => {
    const trace = startTrace(['-c', sampleFile('static-hidden'), '-o', 'x.capture', ...options]);
    expect((await trace.ended).code).toBe(0);
    const stacks = stacksOf(await captureIn(trace.at), 'unfreed');
    const own = stacks.filter((stack) => directCaller(stack) === 'site_static');
    expect(weigh(own)).toEqual([1000, 100]);
  });

  test.each([
    ['.gnu_debugdata', stripToMiniDebugInfo],
    ['a debug file beside it', stripToDebugFile],
  ])('a stripped program with malloc in it, by the names in %s', async (_, make) => {
    const program = new Workplace().path('stripped');
    make(sampleFile('static-site'), program);
    const trace = startTrace(['-c', program, '-o', 'x.capture']);
    expect((await trace.ended).code).toBe(0);
    const stacks = stacksOf(await captureIn(trace.at), 'unfreed');
    expect(weighBy(stacks, directCaller).site_static).toEqual([1000, 100]);
  });

  test.each([
    ['deleted', (program: string) => rmSync(program)],
    ['replaced', (program: string) => replace(program, sampleFile('no-libc'))],
  ])('a program with malloc in it that was %s', async (_, change) => {
    const program = new Workplace().path('copy');
    copyFileSync(sampleFile('truth-static'), program);
    const sample = startProgram(program, ['--churns', '500']);
    expect(await sample.line()).toBe('ready');
    change(program);
    const { at, result } = await traceWhile(['-p', `${sample.pid}`, '-o', 'x.capture'], () => {
      sample.tell();
      return truthOf(sample);
    });
    const capture = await captureIn(at);
    expect(capture.processes[0]!.allocators.map(({ path }) => path)).toEqual([program]);
    expect(tracedSites(stacksOf(capture, 'unfreed'), result)).toEqual(
      shownSites(result.sites, 'unfreed'),
    );
  });
}, [
  ...['pools', 'mallocx', 'static-hidden', 'static-site', 'truth-static', 'no-libc'].map(
    sampleFile,
  ),
]);

function stripToDebugFile(file: string, to: string): void {
  strip(file, to);
  splitDebugFile(file, `${to}.debug`);
  addDebugLink(to, `${to}.debug`);
}

function replace(file: string, by: string): void {
  copyFileSync(by, `${file}.new`);
  renameSync(`${file}.new`, file);
}

function expectRefusal(
  { code, stdout, stderr }: Ended,
  message: string | RegExp,
  expected = 1,
): void {
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect([stdout, code]).toEqual(['', expected]);
}

describeTracing('allocators that are not there', () => {
  const poolsFile = sampleFile('pools');

  test.each([
    [['--alloc-fn', 'nobody:1'], `no function is called nobody (looked at: ${poolsFile}, /`],
    [['--free-fn', 'nobody:1'], `no function is called nobody (looked at: ${poolsFile}, /`],
    [
      ['-O', 'pools', '--alloc-fn', 'exit:1'],
      `no function is called exit (looked at: ${poolsFile})\n`,
    ],
    [['--symbols-prefix', 'no_'], 'no file defines no_malloc and no_free (looked at: '],
    [['-O', '/no/such.so'], 'it has not mapped /no/such.so'],
    [
      ['-O', 'ld-linux-x86-64.so.2'],
      'no file that defines malloc and free among what it has mapped',
    ],
  ])('%j', async (options, message) => {
    const { pid } = await startSample('pools');
    const ended = await runMemstacks(['-p', `${pid}`, ...options, '1']);
    expect(ended.stderr).toContain(message);
    expectRefusal(ended, /^memstacks: /);
  });

  test.each([
    [['--alloc-fn', 'f']],
    [['--alloc-fn', 'f:0']],
    [['--alloc-fn', 'f:7']],
    [['--alloc-fn', 'f:1*']],
    [['--alloc-fn', 'f:1,new=2']],
    [['--alloc-fn', 'f:1,old=2x']],
    [['--alloc-fn', ':1']],
    [['--free-fn', 'f:1*2']],
    [['--free-fn', 'f:1', '--alloc-fn', 'f:1']],
    [['-O', 'some/file']],
  ])('%j is no way to name one', async (options) => {
    const ended = await runMemstacks(['-c', 'true', ...options]);
    expectRefusal(ended, /^memstacks: (--|f is named twice)/, 2);
  });

  test('a command may bring what it has not got yet', async () => {
    const trace = startTrace(['-c', `env ${poolsFile}`, '-O', 'pools', '-o', 'x.capture']);
    await trace.said('now also traces');
    trace.child.stdin!.end();
    const { stderr, code } = await trace.ended;
    expect(stderr).toMatch(/^warning: pid \d+ \(env\), so far: it has not mapped pools; /m);
    expect(stderr).toMatch(/ now also traces je_malloc, _rjem_malloc of .*pools, which /);
    expect(code).toBe(0);
    const { processes, end } = await captureIn(trace.at);
    expect(processes[0]!.allocators).toHaveLength(1);
    expect(end!.alloc.calls).toBeGreaterThan(0);
  });

  test('a program that is statically linked and stripped', async () => {
    const ended = await runMemstacks(['-c', sampleFile('static-stripped')]);
    expectRefusal(
      ended,
      /statically linked and stripped.*trace a build that has its symbols; if it is to start another program, trace that itself/,
    );
  });
}, [sampleFile('pools'), sampleFile('static-stripped')]);

describeTracing('Go', () => {
  describe('a program without C code', () => {
    test('has no malloc', async () => {
      const { pid } = startProgram(sampleFile('only-go'), []);
      const ended = await runMemstacks(['-p', `${pid}`, '1']);
      expectRefusal(ended, /only-go\): a Go program without C code/);
    });

    test('its functions are not probed', async () => {
      const { pid } = startProgram(sampleFile('only-go'), []);
      const ended = await runMemstacks(['-p', `${pid}`, '--alloc-fn', 'runtime.mallocgc:1', '1']);
      expectRefusal(ended, /runtime\.mallocgc of .*only-go in pid \d+ is Go code/);
    });
  });
}, [sampleFile('only-go')]);

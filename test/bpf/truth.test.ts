import { describe, expect, test } from 'vitest';
import type { Capture } from '../../src/capture.ts';
import type { HeapView } from '../../src/fold/heap-weight.ts';
import { describeTracing } from './needs-bpf.ts';
import {
  type Pair,
  sampleFile,
  startProgram,
  startSample,
  type Truth,
  truthOf,
  truthTotal,
} from './sample.ts';
import { shownSites, tracedSites } from './sites.ts';
import {
  captureIn,
  directCaller,
  foldedStacks,
  type NamedStack,
  runMemstacks,
  stacksOf,
  startTrace,
  traceWhile,
  weigh,
  weighBy,
} from './tracing.ts';

const everything = ['-o', 'x.capture'];

describeTracing('what a program says of itself', () => {
  // Addresses change hands between threads in another order each time.
  test.each([1, 2, 3])('all and unfreed, run %i', async () => {
    const { truth, capture } = await traceTruth(everything);
    expectTruth(truth, capture, 'all');
    expectTruth(truth, capture, 'unfreed');
    expectTotals(truth, capture);
    expect(capture.end!.lost).toEqual([]);
    expect(capture.end!.filtered).toEqual([]);
  });

  test('more rounds, in threads that begin while traced', async () => {
    const { truth, capture } = await traceTruth(everything, '--rounds', '2', '--late-threads');
    expectTruth(truth, capture, 'all');
    expectTruth(truth, capture, 'unfreed');
    expect(capture.end!.lost).toEqual([]);
  });

  test('-a', async () => {
    const { truth, capture } = await traceTruth(['-a', ...everything]);
    expectTruth(truth, capture, 'all');
    expect(capture.header.mode).toBe('alloc');
    expect(capture.end!.unfreed).toBeUndefined();
    expect(capture.end!.lost).toEqual([]);
  });

  test('-a --entry-only counts the posix_memalign calls that fail for their alignment', async () => {
    const { truth, capture } = await traceTruth(['-a', '--entry-only', ...everything]);
    const { site_posix_memalign: site, ...others } = truth.sites;
    const stacks = stacksOf(capture, 'all');
    const { site_posix_memalign: traced, ...tracedOthers } = tracedSites(stacks, truth);
    expect(tracedOthers).toEqual(shownSites(others, 'all'));
    // Four threads ask sixty times for 200 bytes at an alignment of three.
    const refused = 4 * 60;
    expect(traced).toEqual([site!.all[0] + refused * 200, site!.all[1] + refused]);
    expectIndirect(truth, stacks, 'all');
  });

  // Its return probes replace return addresses in our process too: the breakpoints are in the file.
  test.each([
    ['', []],
    [' -a', ['-a']],
    [' -a --entry-only', ['-a', '--entry-only']],
  ])('while another process is traced:%s', async (_, mode) => {
    const other = startTrace(['-p', `${startProgram('/bin/cat', []).pid}`, '-o', 'x.capture']);
    await other.begun();
    const { truth, capture } = await traceTruth([...mode, ...everything]);
    const { site_posix_memalign: _refused, ...others } = shownSites(truth.sites, 'all');
    expect(tracedSites(stacksOf(capture, 'all'), truth)).toMatchObject(others);
    expect(capture.end!.lost).toEqual([]);
    expect((await other.stop()).code).toBe(0);
  });

  test('-z and -Z leave out the sizes outside, and count them', async () => {
    const whole = await traceTruth(everything);
    const { truth, capture, stderr } = await traceTruth([
      ...['-z', '200', '-Z', '1000'],
      ...everything,
    ]);
    const traced = tracedSites(stacksOf(capture, 'all'), truth);
    for (const site of ['site_aligned_alloc', 'site_memalign', 'site_valloc'])
      expect(traced[site]).toEqual(truth.sites[site]!.all);
    for (const site of ['site_pvalloc', 'site_calloc', 'site_malloc_big', 'site_strdup'])
      expect(traced[site]).toBeUndefined();
    expect(traced.site_malloc_sizes).toEqual(sizesBetween(200, 1000));
    const { alloc, filtered } = capture.end!;
    expect(filtered).toHaveLength(1);
    const [size] = filtered;
    expect(size!.reason).toBe('size');
    expect([alloc.bytes + size!.bytes!, alloc.calls + size!.calls]).toEqual(
      allocTotal(whole.capture),
    );
    expect(stderr).toMatch(/^left out: .* outside of --min-size and --max-size$/m);
  });

  test('--older leaves out the blocks that are younger, and counts them', async () => {
    const { truth, capture, stderr } = await traceTruth(['--older', '600000', ...everything]);
    expect(stacksOf(capture, 'unfreed')).toEqual([]);
    const [bytes, calls] = truthTotal(truth, 'unfreed');
    expect(capture.end!.filtered).toEqual([{ reason: 'younger', calls, bytes }]);
    expect(stderr).toMatch(/^left out: .* younger than --older$/m);
    expectTruth(truth, capture, 'all');
  });

  describe('one trace, in every form', () => {
    test.each([
      ['unfreed', []],
      ['all', ['-a']],
    ] as const)('%s', async (view, options) => {
      const args = ['-f', '-o', 'x.capture', '-o', 'x.capture.gz', '-o', 'x.folded'];
      const { truth, capture, at, stdout } = await traceTruth([...options, ...args]);
      expectTruth(truth, capture, view);
      const stacks = foldedStacks(stdout).filter((stack) => truth.sites[directCaller(stack)]);
      const bytes = Object.entries(weighBy(stacks, directCaller)).map(([site, [n]]) => [site, n]);
      const known = Object.entries(truth.sites).map(([site, weights]) => [site, weights[view][0]]);
      expect(Object.fromEntries(bytes)).toEqual(
        Object.fromEntries(known.filter(([, n]) => n !== 0)),
      );
      expect(at.read('x.folded')).toBe(stdout);
      for (const file of ['x.capture', 'x.capture.gz'])
        expect((await runMemstacks(['fold', '--view', view, file], at)).stdout).toBe(stdout);
      expect((await runMemstacks(['fold', 'x.capture'], at)).stdout).toBe(stdout);
    });
  });
}, [sampleFile('truth')]);

async function traceTruth(options: readonly string[], ...args: readonly string[]) {
  const sample = await startSample('truth', ...args);
  const { at, result, ended } = await traceWhile(['-p', `${sample.pid}`, ...options], () => {
    sample.tell();
    return truthOf(sample);
  });
  expect(ended.code).toBe(0);
  await sample.end();
  expect(await sample.ended).toBe(0);
  const { stdout, stderr } = ended;
  return { truth: result, capture: await captureIn(at), at, stdout, stderr };
}

function expectTruth(truth: Truth, capture: Capture, view: HeapView): void {
  const stacks = stacksOf(capture, view);
  expect(tracedSites(stacks, truth)).toEqual(shownSites(truth.sites, view));
  expectIndirect(truth, stacks, view);
  expect(stacks.flatMap(({ names }) => names)).not.toContain('[uprobes]');
  expect(stacks.every(({ names }) => /^(_start|\[libc\.so\.6\]|_*clone3)$/.test(names[0]!))).toBe(
    true,
  );
}

/** Where libc allocates, the site is on the stack, and the function of libc between. */
function expectIndirect(truth: Truth, stacks: readonly NamedStack[], view: HeapView): void {
  for (const [name, site] of Object.entries(truth.indirect)) {
    const own = stacks.filter(({ names }) => names.includes(name));
    expect(own).not.toEqual([]);
    if (site[view]) expect([name, ...weigh(own)]).toEqual([name, ...site[view]]);
    if (site.callers.length > 0)
      for (const stack of own) expect(site.callers).toContain(directCaller(stack));
  }
}

/** Nothing but the sites allocates meanwhile. */
function expectTotals(truth: Truth, capture: Capture): void {
  const { unfreed } = capture.end!;
  expect([unfreed!.bytes, unfreed!.calls]).toEqual(truthTotal(truth, 'unfreed'));
  const hidden = stacksOf(capture, 'all').filter(({ names }) => names.includes('site_asprintf'));
  const [bytes, calls] = truthTotal(truth, 'all');
  const [hiddenBytes, hiddenCalls] = weigh(hidden);
  expect(allocTotal(capture)).toEqual([bytes + hiddenBytes, calls + hiddenCalls]);
}

function allocTotal(capture: Capture): Pair {
  const { bytes, calls } = capture.end!.alloc;
  return [bytes, calls];
}

/** What plain_blocks of truth.c asks of site_malloc_sizes in four threads, of these sizes. */
function sizesBetween(least: number, most: number): Pair {
  const sizes = Array.from({ length: 300 }, (_, i) => 1 + 17 * i);
  const within = sizes.filter((size) => size >= least && size <= most);
  return [4 * within.reduce((sum, size) => sum + size, 0), 4 * within.length];
}

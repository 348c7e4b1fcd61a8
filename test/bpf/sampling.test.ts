import { expect, test } from 'vitest';
import type { Capture } from '../../src/capture.ts';
import { describeTracing } from './needs-bpf.ts';
import { type Pair, sampleFile, startSample, type Truth, truthOf, truthTotal } from './sample.ts';
import { expectSites, shownSites, tracedSites } from './sites.ts';
import { captureIn, stacksOf, traceWhile } from './tracing.ts';

/** A sound estimate is further off less than once in a hundred million runs. */
const deviations = 7;
/** With fewer samples the deviation says little of how far an estimate may be off. */
const leastSamples = 100;

async function traceTruth(...options: readonly string[]) {
  const sample = await startSample('truth');
  const { at, result, ended } = await traceWhile(
    ['-p', `${sample.pid}`, '-o', 'x.capture', ...options],
    () => {
      sample.tell();
      return truthOf(sample);
    },
  );
  expect(ended.code).toBe(0);
  return { truth: result, capture: await captureIn(at), stderr: ended.stderr };
}

function notSampledIn({ end }: Capture) {
  return end!.filtered.find(({ reason }) => reason === 'not_sampled')!;
}

describeTracing('sampling', () => {
  test.each([
    ['-s 10', []],
    ['-s 10 -a', ['-a']],
    ['-s 10 -a --entry-only', ['-a', '--entry-only']],
  ])('%s: every call is either taken or counted as left out', async (_, mode) => {
    const whole = (await traceTruth(...mode)).capture.end!;
    const { truth, capture, stderr } = await traceTruth('-s', '10', ...mode);
    const { alloc, lost } = capture.end!;
    const { calls, bytes } = notSampledIn(capture);
    expect(capture.header.sampling).toEqual({ calls: 10 });
    expect({ calls: alloc.calls / 10 + calls, bytes: alloc.bytes / 10 + bytes! }).toEqual(
      whole.alloc,
    );
    expect(lost).toEqual([]);
    expectCalls(capture, truth);
    expect(stderr).toMatch(/^estimated: 1 of 10 calls$/m);
    expect(stderr).toMatch(/^left out: .*, not sampled: the totals are estimates/m);
  });

  test('one call in 4 KiB estimates bytes, and larger blocks exactly', async () => {
    const each = 4096;
    const { truth, capture, stderr } = await traceTruth('--sample-bytes', '4k');
    expect(capture.header.sampling).toEqual({ bytes: each });
    for (const view of ['all', 'unfreed'] as const) {
      const traced = tracedSites(stacksOf(capture, view), truth);
      for (const [site, [bytes]] of Object.entries(shownSites(truth.sites, view)))
        if (bytes >= leastSamples * each)
          expectNear([view, site], [traced[site]?.[0], bytes], Math.sqrt(bytes * each));
    }
    const [unfreed] = truthTotal(truth, 'unfreed');
    expectNear(
      ['unfreed', 'total'],
      [capture.end!.unfreed!.bytes, unfreed],
      Math.sqrt(unfreed * each),
    );
    expect(tracedSites(stacksOf(capture, 'all'), truth).site_malloc_big).toEqual(
      truth.sites.site_malloc_big!.all,
    );
    expect(stderr).toMatch(/^estimated: one call in 4\.0 KiB$/m);
  });

  test('by bytes it estimates calls, too', async () => {
    const blocks = 100_000;
    const sample = await startSample('live', `${blocks}`);
    const args = ['-p', `${sample.pid}`, '-o', 'x.capture', '--sample-bytes', '1k'];
    const { at } = await traceWhile(args, () => {
      sample.tell();
      return truthOf(sample);
    });
    const { unfreed } = (await captureIn(at)).end!;
    // Each of 32 bytes is taken with a chance of 1/32, and stands for 32 then.
    expectNear(['live', 'calls'], [unfreed!.calls, blocks], Math.sqrt(blocks * 31));
    expect(unfreed!.bytes).toBe(32 * unfreed!.calls);
  });

  test('a call whose size only its return tells is taken by that size', async () => {
    const sample = await startSample('mimalloc');
    const args = ['-p', `${sample.pid}`, '-o', 'x.capture', '--sample-bytes', '64'];
    const { at, result } = await traceWhile(args, () => {
      sample.tell();
      return truthOf(sample);
    });
    const { sites } = result;
    const capture = await captureIn(at);
    for (const site of ['site_mi_strdup', 'site_mi_heap_strdup', 'site_mi_heap_strndup'])
      for (const view of ['all', 'unfreed'] as const) {
        expect(sites[site]![view][1]).toBeGreaterThan(0);
        expect([site, view, tracedSites(stacksOf(capture, view), result)[site]]).toEqual([
          site,
          view,
          sites[site]![view],
        ]);
      }
  });

  test.each([
    ['-s', '1'],
    ['--sample-bytes', '1'],
  ])('%s %s takes every call, and nothing is estimated wrong', async (...option) => {
    const { truth, capture } = await traceTruth(...option);
    expectSites(capture, truth);
    expect(capture.end!.filtered).toEqual([]);
  });
}, [sampleFile('truth'), sampleFile('live'), sampleFile('mimalloc')]);

/** Calls of each site that are many, by the deviation of a binomial distribution. */
function expectCalls(capture: Capture, truth: Truth): void {
  const chance = 1 / 10;
  const traced = tracedSites(stacksOf(capture, 'all'), truth);
  const many = Object.entries(shownSites(truth.sites, 'all')).filter(
    ([, [, calls]]) => calls * chance >= leastSamples,
  );
  expect(many.length).toBeGreaterThan(1);
  for (const [site, [, calls]] of many)
    expectNear(
      ['all', site],
      [traced[site]?.[1], calls],
      Math.sqrt((calls * (1 - chance)) / chance),
    );
}

/** The deviation is at most what is given. */
function expectNear(
  what: Readonly<[string, string]>,
  [estimate = 0, known]: readonly [number | undefined, number] | Pair,
  deviation: number,
): void {
  const off = Math.abs(estimate - known);
  expect([...what, off <= deviations * deviation, off]).toEqual([...what, true, off]);
}

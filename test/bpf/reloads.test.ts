import { expect, test } from 'vitest';
import { describeTracing } from './needs-bpf.ts';
import { sampleFile, startSample, truthOf } from './sample.ts';
import { expectSites, shownSites, tracedSites } from './sites.ts';
import { captureIn, stacksOf, traceWhile } from './tracing.ts';

describeTracing('libraries that take the place of others', () => {
  test.each([[[]], [['-a', '--entry-only']]])(
    'each keeps what it has allocated, under its own name: %s',
    async (options) => {
      const { capture, truth, warnings } = await traceReloads(100, options);
      if (options.length === 0) expectSites(capture, truth);
      else
        expect(tracedSites(stacksOf(capture, 'all'), truth)).toEqual(
          shownSites(truth.sites, 'all'),
        );
      expect(warnings).toEqual([]);
    },
  );

  test('more often than can be told apart: that is said, and no call is lost', async () => {
    const { capture, truth, warnings } = await traceReloads(150);
    const sites = Object.values(tracedSites(stacksOf(capture, 'all'), truth));
    const calls = Object.values(truth.sites).map(({ all }) => all[1]);
    expect(sum(sites.map((site) => site[1]))).toBe(sum(calls));
    expect(warnings).toHaveLength(1);
    expect(capture.end!.lost).toEqual([]);
  });

  test('their stacks do not fill the table', async () => {
    const { capture } = await traceReloads(100, ['--max-stacks', '60']);
    expect(capture.end!.lost).toEqual([]);
  });
}, [sampleFile('reloads'), sampleFile('libstress.so'), sampleFile('libstress-other.so')]);

async function traceReloads(times: number, options: readonly string[] = []) {
  const sample = await startSample('reloads', `${times}`);
  const args = ['-p', `${sample.pid}`, '-o', 'x.capture', ...options];
  const { at, result, ended } = await traceWhile(args, () => {
    sample.tell();
    return truthOf(sample);
  });
  expect(ended.code).toBe(0);
  const warnings = ended.stderr.split('\n').filter((line) => line.includes('has unloaded'));
  return { capture: await captureIn(at), truth: result, warnings };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { describeTracing } from './needs-bpf.ts';
import { sampleFile, startSample } from './sample.ts';
import { shownSites } from './sites.ts';
import { sitesIn, stacksOfTeller, traceTellers } from './truths.ts';

const helper = new URL('../../bpf/.output/memstacks-collector', import.meta.url).pathname;
/** Makes the helper believe that it runs on a kernel where return probes kill. */
const killing = { ...process.env, LD_PRELOAD: sampleFile('libkills-confined.so') };

describeTracing('a process that confines itself by seccomp', () => {
  test.each([
    ['all and unfreed', [], ['all', 'unfreed']],
    ['-a', ['-a'], ['all']],
    ['-a --entry-only', ['-a', '--entry-only'], ['all']],
  ] as const)('lives on, and is traced: %s', async (_, options, views) => {
    const traced = await traceTellers([{ program: 'confined' }], options);
    for (const view of views)
      expect(sitesIn(stacksOfTeller(traced, 0, view), traced.truths[0]!)).toEqual(
        shownSites(traced.truths[0]!.sites, view),
      );
    expect(traced.ended.stderr).not.toContain('seccomp');
  });

  test('is refused where return probes kill it', async () => {
    const { pid } = await startSample('confined');
    const args = ['--duration', '1', '-p', `${pid}`];
    const { status, stdout, stderr } = spawnSync(helper, args, { env: killing, encoding: 'utf8' });
    expect(stderr).toMatch(
      /^pid \d+ \(confined\) is confined by seccomp, .* \(6\.12\.5\) .* only -a --entry-only .*\n$/,
    );
    expect([status, stdout]).toEqual([1, '']);
  });

  test('is traced without return probes where they kill it, with -a', async () => {
    const { pid } = await startSample('confined');
    const args = ['--alloc-only', '--duration', '0.1', '-p', `${pid}`];
    const { status, stdout, stderr } = spawnSync(helper, args, { env: killing, encoding: 'utf8' });
    expect(stderr).toMatch(/would kill it: falling back to --entry-only/);
    expect(JSON.parse(stdout.split('\n')[0]!).mode).toBe('entry');
    expect(status).toBe(0);
  });

  test('where return probes kill, others are traced with a warning', async () => {
    const { pid } = await startSample('pools');
    const args = ['--duration', '0.1', '-p', `${pid}`];
    const { status, stdout, stderr } = spawnSync(helper, args, { env: killing, encoding: 'utf8' });
    expect(stderr).toMatch(/^on this kernel \(6\.12\.5\) .* begins to confine itself by seccomp/);
    expect(JSON.parse(stdout.split('\n')[0]!).mode).toBe('full');
    expect(status).toBe(0);
  });
}, [sampleFile('confined'), sampleFile('pools'), sampleFile('libkills-confined.so')]);

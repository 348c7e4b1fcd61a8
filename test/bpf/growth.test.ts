import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Capture } from '../../src/capture.ts';
import { foldMaps } from '../../src/fold/maps.ts';
import { stackOf } from '../../src/profile.ts';
import { describeTracing } from './needs-bpf.ts';
import { startSample, type Truth, truthOf } from './sample.ts';
import { captureIn, runMemstacks, traceWhile } from './tracing.ts';

/** Bytes of site_map_leak, site_map_cache and site_map_array, in this order. */
type Mapped = readonly number[];

const mapping = ['site_map_leak', 'site_map_cache', 'site_map_array'];

/** What each of the snapshots says of them. */
function snapshotsOf(capture: Capture): Mapped[] {
  const profile = foldMaps(capture, 'mapped');
  const columns = profile.columns.slice(2);
  return columns.map(({ self }) =>
    mapping.map((site) =>
      self.reduce((sum, bytes, node) => {
        const isOfSite = stackOf(profile, node).some(({ name }) => name === site);
        return sum + (isOfSite ? bytes : 0);
      }, 0),
    ),
  );
}

/** Traces samples/programs/growing.c for a while after its caches are full. */
async function traceGrowing() {
  const sample = await startSample('growing');
  const { at, result } = await traceWhile(
    ['-p', `${sample.pid}`, '--mmap', '--interval', '0.25', '-o', 'x.capture', '-o', 'x.svg'],
    async () => {
      sample.tell();
      await sample.line();
      await sleep(3000);
      sample.tell();
      const truth: Truth = await truthOf(sample);
      return { truth, history: JSON.parse(await sample.line()) as Mapped[] };
    },
  );
  return { at, ...result };
}

describeTracing('--interval with --mmap', () => {
  test('notes what was mapped after one of the system calls, and tells a leak from a cache', async () => {
    const { at, truth, history } = await traceGrowing();
    const capture = await captureIn(at);
    const snapshots = snapshotsOf(capture);
    expect(snapshots.length).toBeGreaterThanOrEqual(6);
    const places = snapshots.map((mapped) =>
      history.findIndex((known) => `${known}` === `${mapped}`),
    );
    // Each is exactly one of the states, and later ones are later.
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(new Set(places).size).toBeGreaterThanOrEqual(5);
    expect(history.at(-1)).toEqual(mapping.map((site) => truth.sites[site]!.unfreed[0]));

    const table = await runMemstacks(['top', 'x.capture'], at);
    const verdictOf = (site: string) =>
      table.stdout.split('\n\n').find((row) => row.includes(` ${site} `));
    for (const site of ['site_map_leak', 'site_map_array', 'site_heap_leak'])
      expect(verdictOf(site)).toMatch(/ grows steadily\n/);
    for (const site of ['site_map_cache', 'site_heap_cache'])
      expect(verdictOf(site)).toMatch(/ levels off\n/);
    expect(verdictOf('site_map_leak')).toContain('[mmap]');
    // The picture carries it all.
    expect((await runMemstacks(['top', 'x.svg'], at)).stdout).toBe(table.stdout);
  });

  test('has no two snapshots in one millisecond, however short the interval', async () => {
    const sample = await startSample('growing');
    const { at, ended } = await traceWhile(
      ['-p', `${sample.pid}`, '--interval', '0.001', '-o', 'x.capture'],
      async () => {
        sample.tell();
        await sleep(500);
      },
    );
    // The reader refuses equal ones.
    const { snapshots } = (await captureIn(at)).header;
    expect(snapshots!.length).toBeGreaterThan(3);
    expect(snapshots![0]).toBeGreaterThan(0);
    expect(ended.stderr).toContain(`growth: noted ${snapshots!.length} times, not `);
  });
});

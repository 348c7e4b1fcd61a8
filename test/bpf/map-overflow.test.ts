import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { framesOf } from '../../src/capture/paths.ts';
import type { Capture, MapWeights } from '../../src/capture.ts';
import { childOf, untilAsleep } from './children.ts';
import { describeTracing } from './needs-bpf.ts';
import { startSample } from './sample.ts';
import { captureIn, startTrace } from './tracing.ts';

const page = 4096;
/** As in flood.c. */
const flood = 100_000;
const after = 100;
/** Events that the ring buffer has room for, of 40 bytes and a header of 8; three tell of a mapping that goes again. */
const room = Math.floor(2 ** 23 / 48);
const told = room / 3;

describeTracing('--mmap, when the helper does not come to read', () => {
  test('counts the calls that it has not heard of, says so, and goes on when it can', async () => {
    const sample = await startSample('flood');
    const trace = startTrace(['-p', `${sample.pid}`, '--mmap', '-o', 'x.capture']);
    await trace.begun();
    const helper = childOf(trace.child.pid!);
    await stopped(helper);
    sample.tell();
    expect(await sample.line()).toBe('flooded');
    process.kill(helper, 'SIGCONT');
    await setTimeout(1500);
    await untilAsleep(helper);
    sample.tell();
    expect(await sample.line()).toBe('done');
    const { stderr } = await trace.stop();
    const capture = await captureIn(trace.at);
    expect(weightsAt(capture, 'site_flood')).toEqual({
      mmap: { bytes: told * page, calls: told },
      munmapped: { bytes: told * page, calls: told },
      mapped: { bytes: 0, calls: 0 },
    });
    expect(weightsAt(capture, 'site_after')).toEqual({
      mmap: { bytes: 2 * after * page, calls: after },
      munmapped: { bytes: after * page, calls: after / 2 },
      mapped: { bytes: after * page, calls: after / 2 },
    });
    const lost = 2 * (flood - told);
    expect(capture.end!.lost).toEqual([{ reason: 'map_events', calls: lost }]);
    expect(stderr).toContain(
      `lost: ${lost.toLocaleString('en-US')} calls, missing: mappings came faster than they were read, ` +
        'so that "mapped" may be wrong\n',
    );
  });
});

async function stopped(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  while (!/\) T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) await setTimeout(5);
}

function weightsAt(capture: Capture, name: string): MapWeights {
  const site = capture.frames.findIndex(
    (frame) => frame.kind === 'function' && frame.name === name,
  );
  const stacks = capture.maps!.filter(({ path }) => framesOf(capture.paths, path).includes(site));
  expect(stacks).toHaveLength(1);
  const { mmap, munmapped, mapped } = stacks[0]!;
  return { mmap, munmapped, mapped };
}

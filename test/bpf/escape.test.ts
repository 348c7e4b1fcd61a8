import { expect, test } from 'vitest';
import { describeTracing } from './needs-bpf.ts';
import { sampleFile, startSample, truthOf } from './sample.ts';
import { callsOf, expectSites } from './sites.ts';
import { captureIn, traceWhile } from './tracing.ts';

const times = 50;

/** Traces one mode of samples/programs/escape.c. */
async function traceEscape(mode: string) {
  const sample = await startSample('escape', mode, `${times}`);
  const { at, result, ended } = await traceWhile(['-p', `${sample.pid}`, '-o', 'x.capture'], () => {
    sample.tell();
    return truthOf(sample);
  });
  expect(ended.code).toBe(0);
  const capture = await captureIn(at);
  expectSites(capture, result);
  await sample.end();
  expect(await sample.ended).toBe(0);
  return capture.end!.lost;
}

describeTracing('calls of the allocator that do not return', () => {
  test('longjmp: abandoned', async () => {
    expect(await traceEscape('longjmp')).toEqual([
      { reason: 'abandoned', calls: times, bytes: times * 300 },
    ]);
  });

  test.each(['exit', 'cancel'])('the thread ends by %s: unfinished', async (way) => {
    const lost = await traceEscape(way);
    expect(lost.map(({ reason }) => reason)).toEqual(['unfinished']);
    expect(callsOf(lost, 'unfinished')).toBe(times);
  });

  test('fork: it returns in the child too, which goes on and counts nothing', async () => {
    expect(await traceEscape('fork')).toEqual([]);
  });

  test.each(['signal', 'signal-stack'])(
    'what signal handlers allocate and free amid calls counts by itself: %s',
    async (mode) => {
      expect(await traceEscape(mode)).toEqual([]);
    },
  );

  test('a signal handler jumps out of its own call and the one that it has interrupted: both abandoned', async () => {
    expect(await traceEscape('signal-jump')).toEqual([
      { reason: 'abandoned', calls: 2 * times, bytes: times * (300 + 500) },
    ]);
  });
}, [sampleFile('escape')]);

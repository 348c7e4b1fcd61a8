import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { collectorPath } from '../../src/collect/run.ts';
import { describeWithNeeds } from '../needs.ts';
import { footprintIn, isProbed } from './footprint.ts';
import { freeze, lackingForFreezing } from './frozen.ts';
import { full } from './length.ts';
import { describeTracing, lackingForTracing } from './needs-bpf.ts';
import { type Sample, sampleFile, startProgram, startSample, truthOf } from './sample.ts';
import { callsOf, expectSites } from './sites.ts';
import { captureIn, startTrace, traceWhile } from './tracing.ts';

const calls = full ? 20_000_000 : 2_000_000;
const cycles = full ? 1000 : 25;
const liveBlocks = full ? 30_000_000 : 900_000;
const roomForLive = liveBlocks / 30;
const timeout = full ? 1_800_000 : 120_000;

/** What samples/programs/stress.c says after its truth. */
interface Totals {
  readonly calls: number;
  readonly failed: number;
  readonly untracked: number;
  readonly forks: number;
  readonly jumps: number;
  readonly cancelled: number;
  readonly thrown: number;
}

const libraries = '/usr/lib/x86_64-linux-gnu';
const jemalloc = `${libraries}/libjemalloc.so.2`;
const tcmalloc = `${libraries}/libtcmalloc_minimal.so.4`;
const stressFiles = [sampleFile('stress'), sampleFile('libstress.so'), jemalloc, tcmalloc];

describeTracing(
  'everything at once',
  () => {
    test(`${calls} calls by sixteen threads`, { timeout }, async () => {
      await expectExact(await startSample('stress', `${calls}`), calls);
    });

    test.each([jemalloc, tcmalloc])('with %s', { timeout }, async (library) => {
      const args = [`LD_PRELOAD=${library}`, sampleFile('stress'), `${calls / 10}`];
      const sample = startProgram('/usr/bin/env', args);
      expect(await sample.line()).toBe('ready');
      const { untracked, notes } = await expectExact(sample, calls / 10);
      expect(callsOf(notes, 'untracked_frees')).toBe(untracked);
    });
  },
  stressFiles,
);

/** Traces the program from its line to its truth, which must be found to the byte and the call. */
async function expectExact(sample: Sample, least: number) {
  const args = ['-p', `${sample.pid}`, '-o', 'x.capture'];
  const { at, result, ended } = await traceWhile(args, () => runToTruth(sample));
  const { truth, totals } = result;
  expect(ended.code).toBe(0);
  expect(totals.calls).toBeGreaterThanOrEqual(least);
  for (const happened of ['forks', 'jumps', 'cancelled', 'thrown'] as const)
    expect([happened, totals[happened] > 0]).toEqual([happened, true]);
  const capture = await captureIn(at);
  expectSites(capture, truth);
  const { lost, notes } = capture.end!;
  expect(lost).toEqual([]);
  expect(callsOf(notes, 'failed')).toBe(totals.failed);
  // glibc also frees what a thread's cache holds when the thread ends.
  expect(callsOf(notes, 'untracked_frees')).toBeGreaterThanOrEqual(totals.untracked);
  expect(capture.processes[0]!.forks).toBe(totals.forks);
  await expectUnharmed(sample);
  return { untracked: totals.untracked, notes };
}

async function runToTruth(sample: Sample) {
  sample.tell();
  const truth = await truthOf(sample);
  return { truth, totals: JSON.parse(await sample.line()) as Totals };
}

/** Its own checks end a sample with another code. */
async function expectUnharmed(sample: Sample): Promise<void> {
  await sample.end();
  expect(await sample.ended).toBe(0);
}

describeTracing(
  'probes come and go',
  () => {
    test(`${cycles} times on a busy process, which is left as it was`, { timeout }, async () => {
      const sample = await startSample('stress', '0', '4');
      const before = footprintIn(sample.pid);
      sample.tell();
      for (let i = 0; i < cycles; i++) await traceForAMoment(sample.pid, endings[i % 3]);
      sample.tell();
      await truthOf(sample);
      expect((JSON.parse(await sample.line()) as Totals).calls).toBeGreaterThan(cycles * 100);
      expect(footprintIn(sample.pid)).toEqual(before);
      await expectUnharmed(sample);
    });
  },
  stressFiles,
);

/** How the helper ends as soon as it traces; undefined: by itself. */
const endings = [undefined, 'SIGINT', 'SIGKILL'] as const;

async function traceForAMoment(pid: number, ending: NodeJS.Signals | undefined): Promise<void> {
  const duration = ending === undefined ? '0.01' : '60';
  const args = ['--duration', duration, '-p', `${pid}`];
  const helper = spawn(collectorPath(), args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(helper, 'exit');
  const [said] = await once(createInterface(helper.stderr), 'line');
  expect(said).toMatch(/^Tracing pid/);
  if (ending !== undefined) {
    expect(isProbed(pid)).toBe(true);
    helper.kill(ending);
  }
  expect(await ended).toEqual(ending === 'SIGKILL' ? [null, ending] : [0, null]);
}

describeTracing('more live blocks than there is room for', () => {
  test(`${liveBlocks} blocks, of which most are lost and counted`, { timeout }, async () => {
    const sample = await startSample('live', `${liveBlocks}`);
    const args = ['-p', `${sample.pid}`, '--max-live', `${roomForLive}`, '-o', 'x.capture'];
    const { at, ended } = await traceWhile(args, async () => {
      for (let line = 0; line < 3; line++) {
        sample.tell();
        await sample.line();
      }
    });
    const { alloc, freed, unfreed, lost, notes } = (await captureIn(at)).end!;
    const untracked = callsOf(lost, 'live_table_full');
    const pairs = alloc.calls - liveBlocks;
    expect(alloc.bytes).toBe(32 * liveBlocks + 64 * pairs);
    expect(lost).toHaveLength(1);
    expect(untracked).toBeGreaterThanOrEqual(liveBlocks - roomForLive);
    expect(freed!.calls).toBe(alloc.calls - untracked);
    expect(unfreed).toEqual({ bytes: 0, calls: 0 });
    expect(callsOf(notes, 'untracked_frees')).toBe(untracked);
    expect(ended.stderr).toMatch(/^lost: .* raise --max-live$/m);
    await expectUnharmed(sample);
  });
}, [sampleFile('live')]);

describeTracing('targets that stand still', () => {
  test('one that is stopped all the time', async () => {
    const sample = await startSample('trouble', 'many-live', '100');
    process.kill(sample.pid, 'SIGSTOP');
    await expectEmptyTrace(sample);
    process.kill(sample.pid, 'SIGCONT');
    sample.tell();
    await truthOf(sample);
    await expectUnharmed(sample);
  });

  test('one that is stopped amid its calls: they are unfinished, the others exact', async () => {
    const sample = await startSample('stress', '200000');
    const trace = startTrace(['-p', `${sample.pid}`, '-o', 'x.capture']);
    await trace.begun();
    sample.tell();
    await new Promise((resolve) => setTimeout(resolve, 300));
    process.kill(sample.pid, 'SIGSTOP');
    expect((await trace.stop()).code).toBe(0);
    const { alloc, freed, unfreed, lost } = (await captureIn(trace.at)).end!;
    expect(alloc.calls).toBeGreaterThan(0);
    expect(freed!.calls + unfreed!.calls).toBe(alloc.calls);
    for (const { reason } of lost) expect(reason).toBe('unfinished');
    expect(callsOf(lost, 'unfinished')).toBeLessThanOrEqual(16);
    process.kill(sample.pid, 'SIGCONT');
    await truthOf(sample);
    await sample.line();
    await expectUnharmed(sample);
  });
}, [sampleFile('trouble'), ...stressFiles]);

describeWithNeeds('a target that is frozen', lackingForTracing() ?? lackingForFreezing(), () => {
  test('is traced on time, and goes on when it thaws', async () => {
    const sample = await startSample('trouble', 'many-live', '100');
    const { thaw } = await freeze(sample.pid);
    await expectEmptyTrace(sample);
    await thaw();
    sample.tell();
    await truthOf(sample);
    await expectUnharmed(sample);
  });

  test('and thaws while traced', async () => {
    const sample = await startSample('trouble', 'many-live', '100');
    const { thaw } = await freeze(sample.pid);
    const args = ['-p', `${sample.pid}`, '-o', 'x.capture'];
    const { at, result } = await traceWhile(args, async () => {
      sample.tell();
      await thaw();
      return truthOf(sample);
    });
    expectSites(await captureIn(at), result);
  });
});

/** Attaches, waits its time, detaches, and has seen nothing. */
async function expectEmptyTrace(sample: Sample): Promise<void> {
  const { at, ended } = startTrace(['-p', `${sample.pid}`, '-o', 'x.capture', '0.3']);
  expect((await ended).code).toBe(0);
  const { header, end } = await captureIn(at);
  expect(header.stop).toBe('duration');
  expect(end!.alloc.calls).toBe(0);
}

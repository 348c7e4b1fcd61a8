import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { processesNamed } from '../../src/collect/processes.ts';
import { type Ended, mainFile, Workplace } from '../cli/program.ts';
import { describeTracing } from './needs-bpf.ts';
import { sampleFile, startProgram, startSample, type Truth, truthOf } from './sample.ts';
import { callsOf } from './sites.ts';
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

/** Traces one mode of samples/programs/trouble.c from before it does its thing until it has said its truth. */
async function traceTrouble(options: readonly string[], ...mode: readonly string[]) {
  const sample = await startSample('trouble', ...mode);
  const args = ['-p', `${sample.pid}`, '-o', 'x.capture', ...options];
  const { at, result, ended } = await traceWhile(args, () => {
    sample.tell();
    return truthOf(sample);
  });
  return { sample, truth: result, ended, capture: await captureIn(at) };
}

/** Traces one that ends by itself. */
async function traceToItsEnd(...mode: readonly string[]) {
  const sample = await startSample('trouble', ...mode);
  const trace = startTrace(['-p', `${sample.pid}`, '-o', 'x.capture']);
  await trace.begun();
  sample.tell();
  const truth = await truthOf(sample);
  const fate = await sample.ended;
  const ended = await trace.ended;
  return { pid: sample.pid, truth, fate, ended, capture: await captureIn(trace.at) };
}

function expectRefusal({ code, stdout, stderr }: Ended, message: string | RegExp): void {
  expect(stderr).toMatch(message);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(stdout).toBe('');
  expect(code).toBe(1);
}

function truthOfSite({ sites }: Truth, name: string) {
  return sites[name]!;
}

describeTracing('targets that give trouble', () => {
  test.each([
    [['exit-soon', '3'], 3],
    [['die', '11'], 'SIGSEGV'],
    [['die', '9'], 'SIGKILL'],
  ])('%s: the trace ends with it, and is complete', async (mode, expected) => {
    const { pid, truth, fate, ended, capture } = await traceToItsEnd(...mode);
    expect(fate).toBe(expected);
    expect(ended.code).toBe(0);
    expect(ended.stderr).toContain('until it ended');
    expect(ended.stderr).toContain(`trouble (pid ${pid}) exited`);
    expect(capture.header.stop).toBe('exited');
    for (const view of ['all', 'unfreed'] as const)
      expect(weighBy(stacksOf(capture, view), directCaller)).toEqual({
        site_plain: truthOfSite(truth, 'site_plain')[view],
      });
  });

  test('exec: what the old program had is gone, the new one is traced', async () => {
    const sample = await startSample('trouble', 'exec');
    const args = ['-p', `${sample.pid}`, '-o', 'x.capture'];
    const { at, result, ended } = await traceWhile(args, async () => {
      sample.tell();
      return [await truthOf(sample), await truthOf(sample)] as const;
    });
    const capture = await captureIn(at);
    const before = truthOfSite(result[0], 'site_plain');
    const after = truthOfSite(result[1], 'site_after_exec');
    const all = weighBy(stacksOf(capture, 'all'), directCaller);
    expect([all.site_plain, all.site_after_exec]).toEqual([before.all, after.all]);
    const unfreed = weighBy(stacksOf(capture, 'unfreed'), directCaller);
    expect([unfreed.site_plain, unfreed.site_after_exec]).toEqual([undefined, after.unfreed]);
    expect(capture.end!.filtered).toEqual([
      { reason: 'exec', bytes: before.unfreed[0], calls: before.unfreed[1] },
    ]);
    expect(ended.stderr).toContain('replaced itself by another program once');
    expect(ended.stderr).toContain('gone when the process replaced itself');
    expect(ended.code).toBe(0);
  });

  test('fork: the child counts nothing, and frees nothing', async () => {
    const { truth, ended, capture } = await traceTrouble([], 'fork');
    const site = truthOfSite(truth, 'site_plain');
    expect(weighBy(stacksOf(capture, 'all'), directCaller)).toEqual({ site_plain: site.all });
    expect(weighBy(stacksOf(capture, 'unfreed'), directCaller)).toEqual({
      site_plain: site.unfreed,
    });
    expect(ended.stderr).toContain('forked once: children are not traced');
    expect(ended.code).toBe(0);
  });

  test('two hundred threads, one after the other', async () => {
    const { truth, ended, capture } = await traceTrouble([], 'threads', '200');
    const site = truthOfSite(truth, 'site_thread');
    expect(weighBy(stacksOf(capture, 'all'), directCaller).site_thread).toEqual(site.all);
    expect(weighBy(stacksOf(capture, 'unfreed'), directCaller).site_thread).toEqual(site.unfreed);
    expect(capture.end!.lost).toEqual([]);
    // As each thread ends, glibc frees the cache of its own that malloc has made for it.
    expect(callsOf(capture.end!.notes, 'untracked_frees')).toBeGreaterThanOrEqual(200);
    expect(ended.code).toBe(0);
  });

  test('more stacks than --max-stacks: the weights are exact all the same', async () => {
    const { truth, ended, capture } = await traceTrouble(
      ['--max-stacks', '1000'],
      ...['many-stacks', '4096'],
    );
    const stacks = stacksOf(capture, 'unfreed');
    expect(weigh(stacks)).toEqual(truthOfSite(truth, 'site_many').unfreed);
    const full = stacks.filter(({ names }) => names.includes('[stack table full]'));
    const [bytes, calls] = weigh(full);
    // The kernel may find room for a few more than it was asked for.
    expect(calls).toBeGreaterThan(4096 - 1000 - 10);
    expect(calls).toBeLessThanOrEqual(4096 - 1000);
    expect(capture.end!.lost).toEqual([{ reason: 'stack_table_full', calls, bytes }]);
    expect(ended.stderr).toMatch(/^lost: .* raise --max-stacks$/m);
    expect(ended.code).toBe(0);
  });

  test('more stacks than that, with room for them', async () => {
    const { truth, capture } = await traceTrouble([], 'many-stacks', '4096');
    const stacks = stacksOf(capture, 'all');
    expect(stacks).toHaveLength(4096);
    expect(weigh(stacks)).toEqual(truthOfSite(truth, 'site_many').all);
    expect(capture.end!.lost).toEqual([]);
  });

  test('more live blocks than --max-live', async () => {
    const { truth, ended, capture } = await traceTrouble(
      ['--max-live', '1000'],
      ...['many-live', '5000'],
    );
    expect(weigh(stacksOf(capture, 'all'))).toEqual(truthOfSite(truth, 'site_many').all);
    const [lost] = capture.end!.lost;
    expect(capture.end!.lost).toHaveLength(1);
    expect(lost).toMatchObject({ reason: 'live_table_full', bytes: 32 * lost!.calls });
    expect(lost!.calls).toBeGreaterThan(0);
    const kept = 5000 - lost!.calls;
    expect(weigh(stacksOf(capture, 'unfreed'))).toEqual([32 * kept, kept]);
    expect(ended.stderr).toMatch(/^lost: .* raise --max-live$/m);
    expect(ended.code).toBe(0);
  });

  test('more unwind rules than there is room for', async () => {
    const sample = await startSample('many-rules', 'many-live', '100');
    const args = ['-p', `${sample.pid}`, '-o', 'x.capture'];
    const { at, result, ended } = await traceWhile(args, () => {
      sample.tell();
      return truthOf(sample);
    });
    const unfreed = weighBy(stacksOf(await captureIn(at), 'unfreed'), directCaller);
    expect(unfreed.site_many).toEqual(truthOfSite(result, 'site_many').unfreed);
    expect(ended.code).toBe(0);
  });

  test.each([
    ['leader-exits', 'had ended before'],
    ['leader-leaves', 'ends while traced'],
  ])('%s: the main thread %s', async (mode) => {
    const { truth, ended, capture } = await traceTrouble([], mode);
    const site = truthOfSite(truth, 'site_thread');
    expect(weighBy(stacksOf(capture, 'all'), directCaller).site_thread).toEqual(site.all);
    expect(weighBy(stacksOf(capture, 'unfreed'), directCaller).site_thread).toEqual(site.unfreed);
    expect(capture.end!.lost).toEqual([]);
    expect(ended.stderr).not.toContain('warning');
    expect(ended.code).toBe(0);
  });

  test('a process whose main thread has ended is found by its name', async () => {
    const { pid } = await startSample('trouble', 'leader-exits');
    expect((await processesNamed('trouble')).map((found) => found.pid)).toContain(pid);
  });

  test('heir: the thread that stands in for the main one ends while traced', async () => {
    const { truth, ended, capture } = await traceTrouble([], 'heir');
    const site = truthOfSite(truth, 'site_thread');
    expect(weighBy(stacksOf(capture, 'all'), directCaller).site_thread).toEqual(site.all);
    expect(ended.stderr).toContain('has ended: it is traced by another one');
    expect(ended.code).toBe(0);
  });

  test('a stack that is too deep', async () => {
    const { truth, ended, capture } = await traceTrouble([], 'deep', '300');
    const stacks = stacksOf(capture, 'all');
    expect(weigh(stacks)).toEqual(truthOfSite(truth, 'site_many').all);
    expect(stacks[0]!.names[0]).toBe(`[cut at ${capture.header.limits.maxFrames} frames]`);
    expect(stacks[0]!.names.slice(-3)).toEqual(['go_deeper', 'site_many', 'malloc']);
    expect(ended.stderr).toContain('lost: 1 call, ');
    expect(ended.stderr).toContain('the stack is too deep');
    expect(ended.code).toBe(0);
  });
}, [sampleFile('trouble'), sampleFile('many-rules')]);

describeTracing('what cannot be traced', () => {
  test('a process that is not there', async () => {
    const gone = await startSample('trouble', 'deep', '1');
    await gone.end();
    expectRefusal(
      await runMemstacks(['-p', `${gone.pid}`, '1']),
      `memstacks: no process with pid ${gone.pid}\n`,
    );
  });

  test('a kernel thread', async () => {
    const message = 'memstacks: pid 2 is a kernel thread: it has no memory of its own to trace\n';
    expectRefusal(await runMemstacks(['-p', '2', '1']), message);
  });

  test('a process without malloc', async () => {
    const { pid } = startProgram(sampleFile('no-libc'), []);
    const message =
      /^memstacks: pid \d+ \(no-libc\): no file that defines malloc.*looked at: .*no-libc/;
    expectRefusal(await runMemstacks(['-p', `${pid}`, '1']), message);
  });

  test('anything, by somebody who may not', async () => {
    const { pid } = await startSample('trouble', 'deep', '1');
    const identity = ['--reuid', '65534', '--regid', '65534', '--clear-groups'];
    const args = [...identity, process.execPath, mainFile, '-p', `${pid}`, '1'];
    const ended = spawnSync('setpriv', args, { cwd: '/', encoding: 'utf8' });
    const message = /^memstacks: .*run as root/;
    expectRefusal({ ...ended, code: ended.status ?? -1 }, message);
  });

  test.each(['missing/x.svg', 'folder.svg'])('unwritable %s is found before', async (path) => {
    const { pid } = await startSample('trouble', 'deep', '1');
    const at = new Workplace();
    mkdirSync(at.path('folder.svg'));
    const ended = await runMemstacks(['-p', `${pid}`, '-o', 'x.folded', '-o', path, '1'], at);
    expectRefusal(ended, `memstacks: cannot write ${path}: `);
    expect(at.files).toEqual(['folder.svg']);
  });
}, [sampleFile('trouble'), sampleFile('no-libc')]);

describeTracing('the end of a trace', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('%s gives the complete result', async (signal) => {
    const sample = await startSample('trouble', 'many-live', '100');
    const trace = startTrace(['-p', `${sample.pid}`, '-o', 'x.capture']);
    await trace.begun();
    sample.tell();
    const truth = await truthOf(sample);
    trace.child.kill(signal);
    const { code, stderr } = await trace.ended;
    const capture = await captureIn(trace.at);
    expect(weigh(stacksOf(capture, 'unfreed'))).toEqual(truthOfSite(truth, 'site_many').unfreed);
    expect(capture.header.stop).toBe('interrupted');
    expect(stderr).toContain('until it was interrupted');
    expect(stderr.match(/^Tracing pid/gm)).toHaveLength(1);
    expect(code).toBe(0);
    sample.tell();
    expect(await sample.ended).toBe(0);
  });

  test('the duration', async () => {
    const sample = await startSample('trouble', 'many-live', '100');
    const trace = startTrace(['-p', `${sample.pid}`, '-o', 'x.capture', '0.2']);
    const { code } = await trace.ended;
    const { header } = await captureIn(trace.at);
    expect(header.stop).toBe('duration');
    expect(header.durationMs).toBeGreaterThanOrEqual(200);
    expect(code).toBe(0);
  });
}, [sampleFile('trouble')]);

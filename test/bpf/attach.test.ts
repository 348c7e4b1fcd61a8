import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { describeTracing } from './needs-bpf.ts';
import { type Sample, sampleFile, startProgram, startSample, truthOf } from './sample.ts';
import { captureIn, directCaller, stacksOf, startTrace, traceWhile, weighBy } from './tracing.ts';

describeTracing('several processes', () => {
  test('two programs at once stay apart', async () => {
    const samples = [await startSample('truth'), await startSample('truth', '--rounds', '2')];
    const args = ['-p', samples.map(({ pid }) => pid).join(','), '-o', 'x.capture'];
    const { at, result, ended } = await traceWhile(args, () => {
      for (const sample of samples) sample.tell();
      return Promise.all(samples.map(truthOf));
    });
    expect(ended.code).toBe(0);
    const capture = await captureIn(at);
    for (const view of ['all', 'unfreed'] as const)
      for (const [i, truth] of result.entries()) {
        const root = `truth-${samples[i]!.pid}`;
        const own = stacksOf(capture, view).filter(
          (stack) => stack.names[0] === root && directCaller(stack) in truth.sites,
        );
        const known = Object.entries(truth.sites).map(
          ([name, site]) => [name, site[view]] as const,
        );
        expect(weighBy(own, directCaller)).toEqual(
          Object.fromEntries(known.filter(([, [, calls]]) => calls > 0)),
        );
      }
  });

  test('one of two targets ends, the other is traced on', async () => {
    const short = await startSample('trouble', 'exit-soon');
    const long = await startSample('trouble', 'many-live', '100');
    const trace = startTrace(['-p', `${short.pid}`, '-p', `${long.pid}`, '-o', 'x.capture']);
    await trace.begun();
    short.tell();
    await truthOf(short);
    await short.end();
    long.tell();
    const truth = await truthOf(long);
    expect((await trace.stop()).code).toBe(0);
    const weights = weighBy(stacksOf(await captureIn(trace.at), 'unfreed'), directCaller);
    expect(weights.site_many).toEqual(truth.sites.site_many!.unfreed);
    expect(weights.site_plain).toBeDefined();
  });

  test('that become other programs while probes are attached', async () => {
    const samples = Array.from({ length: 24 }, (_, i) => becoming(sampleFile('trouble'), 100 * i));
    const pids = samples.map(({ pid }) => pid).join(',');
    const { at, result } = await traceWhile(['-p', pids, '-o', 'x.capture'], async () => {
      for (const sample of samples) expect(await sample.line()).toBe('ready');
      // The last of them is a new program a moment before.
      await setTimeout(1000);
      for (const sample of samples) sample.tell();
      return Promise.all(samples.map(truthOf));
    });
    const stacks = stacksOf(await captureIn(at), 'unfreed');
    for (const [i, { sites }] of result.entries()) {
      const start = [`trouble-${samples[i]!.pid}`, `bash-${samples[i]!.pid}`];
      const own = stacks.filter(({ names }) => start.includes(names[0]!) && names[1] === '_start');
      expect(weighBy(own, directCaller).site_many).toEqual(sites.site_many!.unfreed);
    }
  });
}, [sampleFile('truth'), sampleFile('trouble')]);

/** A shell that is replaced by the program after so many milliseconds. */
function becoming(program: string, ms: number): Sample {
  const script = `sleep ${ms / 1000}; exec "$0" many-live 100`;
  return startProgram('/bin/bash', ['-c', script, program]);
}

import { expect, test } from 'vitest';
import { describeTracing } from './needs-bpf.ts';
import { sampleFile, startSample, truthOf } from './sample.ts';
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
}, [sampleFile('truth'), sampleFile('trouble')]);

import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Workplace } from '../cli/program.ts';
import { bubblewrapped, makeRoot, startContained, traceInside, unshared } from './containers.ts';
import { describeTracing } from './needs-bpf.ts';
import { sampleFile, startProgram, truthOf } from './sample.ts';
import { shownSites, tracedSites } from './sites.ts';
import { captureIn, directCaller, stacksOf, traceWhile, weigh, weighBy } from './tracing.ts';

describeTracing('programs in namespaces and a root directory of their own', () => {
  test.each([
    ['chroot', unshared],
    ['pivot_root', bubblewrapped],
  ])('are traced exactly, and named by their own files: %s', async (_, runtime) => {
    const root = makeRoot('truth', 'contained');
    const sample = await startContained(runtime(root, ['/app/contained']));
    const args = ['-p', `${sample.pid}`, '-o', 'x.capture'];
    const { at, result, ended } = await traceWhile(args, () => {
      sample.tell();
      return truthOf(sample);
    });
    expect(ended.code).toBe(0);
    const capture = await captureIn(at);
    for (const view of ['all', 'unfreed'] as const)
      expect(tracedSites(stacksOf(capture, view), result)).toEqual(shownSites(result.sites, view));
    expect(capture.end!.lost).toEqual([]);
    expect(capture.processes[0]).toMatchObject({ pid: sample.pid, name: 'contained' });
    const paths = capture.modules.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining(['/app/contained', expect.stringMatching(/^\/lib.*libc\.so\.6$/)]),
    );
  });

  test('have names for generated code from the map in their own /tmp', async () => {
    const sample = await startContained(bubblewrapped(makeRoot('jit', 'jit'), ['/app/jit', 'map']));
    const { at } = await traceWhile(['-p', `${sample.pid}`, '-o', 'x.capture'], async () => {
      sample.tell();
      expect(await sample.line()).toBe('done');
    });
    const stacks = stacksOf(await captureIn(at), 'all');
    const jitted = stacks.filter(
      (stack) => directCaller(stack) === 'Function:~jit_inner file.js:7',
    );
    expect(weigh(jitted)).toEqual([48_000, 1000]);
  });

  test('are found by their name', async () => {
    const name = `boxed-${process.pid}`;
    const root = makeRoot('trouble', name);
    const sample = await startContained(unshared(root, [`/app/${name}`, 'many-live', '100']));
    const { at, result } = await traceWhile(['-n', name, '-o', 'x.capture'], () => {
      sample.tell();
      return truthOf(sample);
    });
    const stacks = stacksOf(await captureIn(at), 'unfreed');
    expect(weighBy(stacks, directCaller).site_many).toEqual(result.sites.site_many!.unfreed);
  });

  test('are traced and named when they and their files are gone at the end', async () => {
    const root = makeRoot('trouble', 'gone');
    const sample = await startContained(unshared(root, ['/app/gone', 'exit-soon']));
    const { at, result } = await traceWhile(
      ['-p', `${sample.pid}`, '-o', 'x.capture'],
      async () => {
        sample.tell();
        const truth = await truthOf(sample);
        rmSync(`${root}/app`, { recursive: true });
        sample.tell();
        await sample.ended;
        return truth;
      },
    );
    const capture = await captureIn(at);
    expect(weighBy(stacksOf(capture, 'all'), directCaller).site_plain).toEqual(
      result.sites.site_plain!.all,
    );
  });
}, [sampleFile('truth'), sampleFile('trouble'), sampleFile('jit'), '/usr/bin/bwrap']);

describeTracing('memstacks in a pid namespace', () => {
  test.each([
    [['many-live', '100'], 'site_many'],
    [['exec'], 'site_after_exec'],
  ])('traces what is beside it: %s', async (mode, site) => {
    const options = ['--pid', '--fork', '--kill-child', '--mount-proc'];
    const command = [...options, sampleFile('trouble'), ...mode];
    const sample = await startContained(startProgram('unshare', command));
    const at = new Workplace();
    const args = ['-p', '1', '-o', at.path('x.capture')];
    const { result } = await traceInside(sample.pid, args, async () => {
      sample.tell();
      const first = await truthOf(sample);
      return mode.length === 1 ? truthOf(sample) : first;
    });
    const capture = await captureIn(at);
    expect(capture.processes[0]).toMatchObject({ pid: 1 });
    const unfreed = weighBy(stacksOf(capture, 'unfreed'), directCaller);
    expect(unfreed[site]).toEqual(result.sites[site]!.unfreed);
  });
}, [sampleFile('trouble')]);

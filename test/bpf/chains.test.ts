import { copyFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Workplace } from '../cli/program.ts';
import {
  type Beginning,
  collectChains,
  outsideMain,
  ownChains,
  runChains,
  startChains,
  tracedChains,
} from './chains.ts';
import { collectWhile } from './collector.ts';
import { describeTracing } from './needs-bpf.ts';
import { differences, type Weights } from './own-stacks.ts';
import { moduleOf, parseRawCapture } from './raw-capture.ts';
import { sampleFile } from './sample.ts';
import { traceWhile } from './tracing.ts';

const usual = ['7', '200', '1', '60'];

/** Chains of one length, deeper than a walk goes without being told. */
const deep = (links: number) => ['11', '20', String(links), String(links)];

/** Musl is built without unwind tables: stacks end where main returns to. */
const musl: [string, Beginning][] = [
  ['chains-musl', { root: '[libc.so]', end: 'no_unwind_info' }],
  ['chains-musl-static', { root: 'libc_start_main_stage2', end: 'no_unwind_info' }],
];

const programs = ['chains', 'chains-fp', 'chains-debug-frame'];

describeTracing(
  'stacks are those that the program has made',
  () => {
    test.each(programs)('%s', async (name) => {
      const { capture, own } = await collectChains(sampleFile(name), usual);
      expect(differences(ownChains(own), tracedChains(capture))).toEqual([]);
      expect(capture.end.notes).not.toHaveProperty('fp_stacks');
    });

    test('--unwind dwarf', async () => {
      const options = ['--unwind', 'dwarf'];
      const { capture, own } = await collectChains(sampleFile('chains'), usual, options);
      expect(capture.header.unwind).toBe('dwarf');
      expect(differences(ownChains(own), tracedChains(capture))).toEqual([]);
      expect(moduleOf(capture, 'chains').unwind).toBe('eh_frame');
    });

    test('--unwind fp, as far as frame pointers are kept', async () => {
      const options = ['--unwind', 'fp'];
      const { capture, own } = await collectChains(sampleFile('chains-fp'), usual, options);
      expect(capture.header.unwind).toBe('fp');
      const traced = fromMain(tracedChains(capture));
      expect(differences(fromMain(ownChains(own)), traced)).toEqual([]);
      for (const { frames, fp_frames } of capture.stacks)
        expect(fp_frames).toEqual([...frames.keys()].slice(0, -2));
      for (const way of outsideMain(capture))
        expect(way).toMatch(
          /^(_start > )?(__libc_start_main > )?(\[libc\.so\.6\]|__libc_start_call_main)$/,
        );
    });
  },
  programs.map(sampleFile),
);

describeTracing(
  'stacks of programs with musl',
  () => {
    test.each(musl)('%s', async (name, beginning) => {
      const { capture, own } = await collectChains(sampleFile(name), usual);
      expect(differences(ownChains(own, beginning), tracedChains(capture))).toEqual([]);
      expect(capture.end.notes).not.toHaveProperty('fp_stacks');
      expect(outsideMain(capture)).toEqual([beginning.root]);
    });
  },
  musl.map(([name]) => sampleFile(name)),
);

describeTracing('deep stacks', () => {
  test.each([
    { links: 300, options: [], most: 127 },
    { links: 600, options: ['--max-frames', '512'], most: 512 },
    { links: 20, options: ['--max-frames', '1'], most: 1 },
  ])('$links links are cut to $most frames', async ({ links, options, most }) => {
    const { capture, own } = await collectChains(sampleFile('chains'), deep(links), options);
    expect(capture.header.limits.max_frames).toBe(most);
    for (const { frames } of capture.stacks) expect(frames).toHaveLength(most);
    expect(
      differences(ownChains(own, { root: '', end: 'cut', most }), tracedChains(capture)),
    ).toEqual([]);
    expect(capture.end.lost).toEqual({ stacks_cut: expect.objectContaining({ calls: 60 }) });
  });

  test('300 links are whole with room for 512 frames, and for just as many as there are', async () => {
    const collect = (most: number) =>
      collectChains(sampleFile('chains'), deep(300), ['--max-frames', String(most)]);
    const { capture, own } = await collect(512);
    expect(differences(ownChains(own), tracedChains(capture))).toEqual([]);
    const all = capture.stacks[0]!.frames.length;
    expect(differences(ownChains(own), tracedChains((await collect(all)).capture))).toEqual([]);
    for (const stack of (await collect(all - 1)).capture.stacks)
      expect([stack.walk_end, stack.frames.length]).toEqual(['cut', all - 1]);
  });

  test('memstacks --max-frames --unwind', async () => {
    const sample = await startChains(sampleFile('chains'), deep(300));
    const options = ['--max-frames', '512', '--unwind', 'dwarf', '-o', 'x.capture'];
    const { at, result, ended } = await traceWhile(['-a', '-p', `${sample.pid}`, ...options], () =>
      runChains(sample),
    );
    expect(ended.code).toBe(0);
    const capture = parseRawCapture(at.read('x.capture'));
    expect(capture.header).toMatchObject({ unwind: 'dwarf', limits: { max_frames: 512 } });
    expect(differences(ownChains(result), tracedChains(capture))).toEqual([]);
  });
}, [sampleFile('chains')]);

describeTracing('one program, several times', () => {
  test('two processes of a file, and one of a copy of it', async () => {
    const copy = new Workplace().path('copy');
    copyFileSync(sampleFile('chains'), copy);
    const samples = await Promise.all([
      startChains(sampleFile('chains'), ['21', '100', '1', '30']),
      startChains(sampleFile('chains'), ['22', '100', '1', '30']),
      startChains(copy, ['23', '100', '1', '30']),
    ]);
    const pids = samples.map(({ pid }) => pid);
    const { capture, result } = await collectWhile(['-p', pids.join(',')], () =>
      Promise.all(samples.map(runChains)),
    );
    expect(capture.processes.map(({ pid }) => pid)).toEqual(pids);
    for (const [i, own] of result.entries())
      expect(differences(ownChains(own), tracedChains(capture, i))).toEqual([]);
  });
}, [sampleFile('chains')]);

/** Without how they come to main, and without how they end. */
function fromMain(chains: Weights): Weights {
  const entries = Object.entries(chains);
  return Object.fromEntries(entries.map(([key, weight]) => [key.replace(/^.* \.\. /, ''), weight]));
}

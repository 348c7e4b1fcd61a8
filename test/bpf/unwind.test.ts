import { expect, test } from 'vitest';
import { describeTracing } from './needs-bpf.ts';
import { type OwnStacks, ownWeights, tracedWeights, type Weights } from './own-stacks.ts';
import { sampleFile, startSample } from './sample.ts';
import { captureIn, traceWhile } from './tracing.ts';

const plugin = sampleFile('libplugin.so');

/** Stacks by what they go through: a trace may be right about one kind and wrong about another. */
const kinds = [
  'saves_registers',
  'many_arguments',
  'with_alloca',
  'with_array',
  'realigned',
  'realigned_with_array',
  'with_big_frame',
  'recurse',
  'leave',
  'compare',
  'called_by_plugin',
  'on_signal',
  'on_alarm',
  'in_thread',
  'in_coroutine',
];

const frames = ['frames', 'frames-fp', 'frames-O0', 'frames-clang', 'frames-stripped'];

describeTracing(
  'stacks are those that the program itself sees',
  () => {
    test.each(frames)('%s', async (name) => {
      const { own, traced } = await bothViews(name, plugin);
      expect(callsIn(own)).toBeGreaterThan(10_000);
      if (name !== 'frames-stripped')
        for (const kind of kinds) expect(Object.keys(own).join('\n')).toContain(`> ${kind}@`);
      const found = differences(own, traced);
      const fromAlarm = found.filter((stack) => stack.includes('> on_alarm@'));
      const inCoroutine = found.filter((stack) => stack.includes('> in_coroutine@'));
      const others = found.filter(
        (stack) => !fromAlarm.includes(stack) && !inCoroutine.includes(stack),
      );
      expect.soft(others).toEqual([]);
      expect.soft(fromAlarm, 'where a signal can come at any instruction').toEqual([]);
      expect.soft(inCoroutine, 'on the stack of a coroutine').toEqual([]);
    });

    test('frames-cxx: exceptions, destructors, lambdas, thunks', async () => {
      const { own, traced } = await bothViews('frames-cxx');
      expect(callsIn(own)).toBeGreaterThan(10_000);
      expect(Object.keys(own).join('\n')).toMatch(/lambda.*Guard::~Guard|Guard::~Guard.*lambda/s);
      expect(differences(own, traced)).toEqual([]);
    });
  },
  [...frames, 'frames-cxx', 'libplugin.so'].map(sampleFile),
);

async function bothViews(name: string, ...args: readonly string[]) {
  const sample = await startSample(name, ...args);
  const options = ['-a', '-p', `${sample.pid}`, '-o', 'x.capture'];
  const { at, result, ended } = await traceWhile(options, () => {
    sample.tell();
    return sample.line();
  });
  expect(ended.code).toBe(0);
  const capture = await captureIn(at);
  expect(capture.end!.lost).toEqual([]);
  const own = ownWeights(JSON.parse(result) as OwnStacks, sampleFile(name));
  return { own, traced: tracedWeights(capture) };
}

function callsIn(weights: Weights): number {
  return Object.values(weights).reduce((sum, [, calls]) => sum + calls, 0);
}

function differences(own: Weights, traced: Weights): string[] {
  const stacks = [...new Set([...Object.keys(own), ...Object.keys(traced)])].sort();
  return stacks
    .filter((stack) => `${own[stack]}` !== `${traced[stack]}`)
    .map((stack) => `${stack}: own ${own[stack] ?? 'none'}, traced ${traced[stack] ?? 'none'}`);
}

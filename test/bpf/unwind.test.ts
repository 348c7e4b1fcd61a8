import { expect, test } from 'vitest';
import { expectAccounted } from './collector.ts';
import { describeTracing } from './needs-bpf.ts';
import {
  differences,
  type OwnStacks,
  ownWeights,
  tracedWeights,
  type Weights,
} from './own-stacks.ts';
import { moduleOf, parseRawCapture, type RawCapture } from './raw-capture.ts';
import { sampleFile, startSample } from './sample.ts';
import { captureIn, traceWhile } from './tracing.ts';

const plugin = sampleFile('libplugin.so');

/** Stacks by what they go through: a trace may be right about one kind and wrong about another. */
const kinds = [
  ...['saves_registers', 'many_arguments', 'with_alloca', 'with_array', 'realigned', 'recurse'],
  ...['realigned_with_array', 'with_big_frame', 'leave', 'framed_by_rax', 'framed_by_r10'],
  ...['framed_by_r11', 'returns_by_register', 'compare', 'compare_found', 'once'],
  ...['called_by_plugin', 'in_thread', 'in_coroutine', 'switches_stack', 'at_exit'],
  ...['on_signal', 'on_other_stack', 'on_alarm', 'on_step'],
];

/** What SIGTRAP interrupts at every instruction; the kernel's return to it goes by libc. */
const stepped = [
  ...['spin_leaf@frames', 'spin_array@frames', 'spin_realigned@frames', 'framed_by_rax@frames'],
  ...['framed_by_r10@frames', 'framed_by_r11@frames', 'returns_by_register@frames'],
  ...['spin_linkage@frames > @frames', '__vfork@libc.so.6', '__vdso_clock_gettime@[vdso]'],
  'calls_for_the_first_time@frames > @frames',
].map((place) => `${place} > @libc.so.6 > on_step@frames`);

const frames = ['frames', 'frames-fp', 'frames-O0', 'frames-clang', 'frames-stripped'];

describeTracing(
  'stacks are those that the program itself sees',
  () => {
    test.each(frames)('%s', async (name) => {
      const { own, traced, raw } = await bothViews(name, plugin);
      expect(callsIn(own)).toBeGreaterThan(10_000);
      if (name !== 'frames-stripped') expect(missingKinds(own, name)).toEqual([]);
      expect(differences(own, traced)).toEqual([]);
      expectWhole(raw);
      expect(moduleOf(raw, '[vdso]')).toMatchObject({ unwind: 'eh_frame', symbols: 'dynsym' });
    });

    test('frames-cxx: exceptions, destructors, lambdas, thunks', async () => {
      const { own, traced, raw } = await bothViews('frames-cxx');
      expect(callsIn(own)).toBeGreaterThan(10_000);
      expect(Object.keys(own).join('\n')).toMatch(/lambda.*Guard::~Guard|Guard::~Guard.*lambda/s);
      expect(differences(own, traced)).toEqual([]);
      expectWhole(raw);
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
  const raw = parseRawCapture(at.read('x.capture'));
  expectAccounted(raw);
  const own = ownWeights(JSON.parse(result) as OwnStacks, sampleFile(name));
  return { own, traced: tracedWeights(capture), raw };
}

/** By tables alone, to the start of the program or thread. */
function expectWhole({ end }: RawCapture): void {
  expect(end.notes).not.toHaveProperty('broken_stacks');
  expect(end.notes).not.toHaveProperty('fp_stacks');
}

/** What the program should have gone through, and has not. */
function missingKinds(own: Weights, name: string): string[] {
  const stacks = Object.keys(own).join('\n').replaceAll(`@${name}`, '@frames');
  return [...kinds.map((kind) => `> ${kind}@`), ...stepped].filter(
    (kind) => !stacks.includes(kind),
  );
}

function callsIn(weights: Weights): number {
  return Object.values(weights).reduce((sum, [, calls]) => sum + calls, 0);
}

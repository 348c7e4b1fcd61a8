import { copyFileSync, renameSync, rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Workplace } from '../cli/program.ts';
import { collectWhile } from './collector.ts';
import { describeTracing } from './needs-bpf.ts';
import {
  callsOf,
  framesOf,
  moduleFileOf,
  moduleOf,
  namesOf,
  type RawCapture,
  stacksThrough,
} from './raw-capture.ts';
import { type Sample, sampleFile, startProgram, startSample } from './sample.ts';
import { traceWhile } from './tracing.ts';

const loads = sampleFile('loads');
const plugin = sampleFile('libplugin.so');
const other = sampleFile('libother.so');
const withDebugFrame = sampleFile('libplugin-debug-frame.so');
const lazy = sampleFile('lazy');

/** Within which what is new must be known, on a busy machine too. */
const soonMs = 1000;

/** What loads.c does in a library, from main on. */
const throughPlugin = (site: string) => [
  ...['main', 'allocate', 'plugin_call', 'plugin_inner', 'plugin_inner', 'plugin_inner'],
  ...['plugin_inner', site, 'malloc'],
];

describeTracing('libraries', () => {
  test('that have only .debug_frame', async () => {
    const capture = await collectLoads(await startSample('loads', withDebugFrame, 'now'));
    expectWhole(capture);
    expect(moduleOf(capture, 'libplugin-debug-frame.so').unwind).toBe('debug_frame');
  });

  test('whose thread-local storage the dynamic linker allocates', async () => {
    const capture = await collectLoads(await startSample('loads', plugin, 'now'));
    const [stack, ...others] = stacksThrough(capture, '__tls_get_addr');
    expect(others).toEqual([]);
    const names = namesOf(capture, stack!);
    const linker = names.indexOf('__tls_get_addr');
    const outside = ['main', 'allocate', 'plugin_call'];
    expect(names.slice(names.indexOf('main'), linker)).toEqual(outside);
    for (const frame of framesOf(capture, stack!).slice(linker, -1))
      expect(moduleFileOf(capture, frame)).toBe('ld-linux-x86-64.so.2');
    expect([names[0], names.at(-1), stack!.walk_end]).toEqual(['_start', 'malloc', undefined]);
    expect(stack!.alloc[0]).toBeGreaterThanOrEqual(5000);
    expect(stack!.alloc[1]).toBe(1);
  });

  test('from which a function is bound at its first call: stacks go on through the dynamic linker', async () => {
    const sample = await startSample('lazy');
    const { capture } = await collectWhile(['-p', `${sample.pid}`], async () => {
      sample.tell();
      expect(await sample.line()).toBe('bound');
    });
    const [stack, ...others] = stacksThrough(capture, 'bound_late');
    expect(others).toEqual([]);
    const names = namesOf(capture, stack!).join(' ');
    expect(names).toMatch(
      /^_start .*main call_late _dl_runtime_resolve_\w+ _dl_fixup( \S+)* bound_late malloc$/,
    );
    expect([stack!.alloc, stack!.walk_end]).toEqual([[4242, 1], undefined]);
  });

  test('that are deleted once they are loaded', async () => {
    const library = newLibrary();
    const sample = await startSample('loads', library, 'now');
    rmSync(library);
    expectWhole(await collectLoads(sample));
  });

  test('that take the place of one that was unmapped by hand: names are doubtful, and that is said', async () => {
    const program = [
      'import mmap, sys',
      'print("ready", flush=True)',
      'for path in sys.argv[1:]:',
      '    sys.stdin.readline()',
      '    with open(path) as file:',
      '        mmap.mmap(file.fileno(), 4096, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_EXEC).close()',
      '    print("done", flush=True)',
      'sys.stdin.readline()',
    ].join('\n');
    const paths = [plugin, other, plugin];
    const sample = startProgram('/usr/bin/python3', ['-c', program, ...paths]);
    expect(await sample.line()).toBe('ready');
    const { ended } = await traceWhile(['-p', `${sample.pid}`, '-o', 'x.capture'], async () => {
      for (const _ of paths) {
        sample.tell();
        expect(await sample.line()).toBe('done');
      }
    });
    const warnings = ended.stderr.split('\n').filter((line) => line.includes('has unloaded'));
    expect(warnings).toEqual([
      expect.stringMatching(/unloaded .*libplugin\.so and mapped .*libother\.so in its place/),
    ]);
  });

  test('that are replaced once they are loaded', async () => {
    const library = newLibrary();
    const sample = await startSample('loads', library, 'now');
    copyFileSync(other, `${library}.new`);
    renameSync(`${library}.new`, library);
    expectWhole(await collectLoads(sample));
  });

  test('that are another file in the mount namespace of the program', async () => {
    const library = newLibrary();
    copyFileSync(other, library);
    const script = 'mount --bind "$1" "$2" && exec "$0" "$2" now';
    const args = ['--mount', 'sh', '-ec', script, loads, plugin, library];
    const sample = startProgram('unshare', args);
    expect(await sample.line()).toBe('ready');
    const capture = await collectLoads(sample);
    expectWhole(capture);
    expect(capture.modules.filter(({ path }) => path === library)).toHaveLength(1);
  });

  test('that are loaded while tracing', async () => {
    const capture = await collectLoads(await startSample('loads', plugin), soonMs);
    expectWholeCalls(capture, 'late');
    const early = stacksThrough(capture, 'early');
    expect(callsOf(early)).toBe(1000);
    for (const stack of early) {
      // Until it is known, the walk ends in the library; its names are known nevertheless.
      const names = namesOf(capture, stack);
      if (stack.walk_end === undefined) expectNames(names, 'early');
      else expect(throughPlugin('early').join()).toMatch(new RegExp(`${names.join()}$`));
      expect([undefined, 'no_mapping']).toContain(stack.walk_end);
      expect(moduleFileOf(capture, framesOf(capture, stack).at(-3)!)).toBe('libplugin.so');
    }
  });
}, [loads, plugin, other, withDebugFrame, lazy]);

function newLibrary(): string {
  const library = new Workplace().path('library.so');
  copyFileSync(plugin, library);
  return library;
}

/** `pauseMs`: between early and late. */
async function collectLoads(sample: Sample, pauseMs = 0): Promise<RawCapture> {
  const { capture } = await collectWhile(['-p', `${sample.pid}`], async () => {
    sample.tell();
    expect(await sample.line()).toBe('early');
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    sample.tell();
    expect(await sample.line()).toBe('late');
  });
  return capture;
}

function expectWhole(capture: RawCapture): void {
  expectWholeCalls(capture, 'early');
  expectWholeCalls(capture, 'late');
  expect(capture.end.notes.broken_stacks).toBeUndefined();
  expect(capture.end.notes.fp_stacks).toBeUndefined();
}

function expectWholeCalls(capture: RawCapture, site: string): void {
  const stacks = stacksThrough(capture, site);
  expect(callsOf(stacks)).toBe(1000);
  for (const stack of stacks) {
    expect(stack).not.toHaveProperty('walk_end');
    expectNames(namesOf(capture, stack), site);
  }
}

function expectNames(names: readonly string[], site: string): void {
  expect(names[0]).toBe('_start');
  expect(names.slice(names.indexOf('main'))).toEqual(throughPlugin(site));
}

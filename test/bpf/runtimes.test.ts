import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { describeTracing } from './needs-bpf.ts';
import { type Pair, sampleFile, startProgram } from './sample.ts';
import { captureIn, type NamedStack, stacksOf, traceWhile, weigh } from './tracing.ts';

const java = '/usr/lib/jvm/java-17-openjdk-amd64/bin/java';
const javac = '/usr/lib/jvm/java-17-openjdk-amd64/bin/javac';
const python = '/usr/bin/python3';
const count = 40;
const mib = 1 << 20;

/** Stacks of samples/programs/NAME: `alloc` of what it did when it was told, `unfreed` of what it keeps. */
async function traceRuntime(program: string, ...args: readonly string[]) {
  const sample = startProgram(program, [...args, `${count}`]);
  expect(await sample.line()).toBe('ready');
  const { at, ended } = await traceWhile(['-p', `${sample.pid}`, '-o', 'x.capture'], async () => {
    sample.tell();
    expect(await sample.line()).toBe('done');
  });
  expect(ended.code).toBe(0);
  await sample.end();
  expect(await sample.ended).toBe(0);
  const capture = await captureIn(at);
  expect(capture.end!.lost).toEqual([]);
  return { all: stacksOf(capture, 'all'), unfreed: stacksOf(capture, 'unfreed') };
}

/** What the runtime allocates for itself is smaller. */
function ofSize(stacks: readonly NamedStack[], size: number): NamedStack[] {
  return stacks.filter(({ bytes, calls }) => bytes / calls === size);
}

/** So many blocks of the size, and nothing else that is as large: none is counted under two names. */
function expectBlocks(stacks: readonly NamedStack[], size: number, blocks: number): NamedStack[] {
  const found = ofSize(stacks, size);
  const expected: Pair = [blocks * size, blocks];
  expect(weigh(found)).toEqual(expected);
  expect(weigh(stacks)[0] - expected[0]).toBeLessThan(2 * mib);
  return found;
}

function sourceFile(name: string): string {
  return fileURLToPath(new URL(`../../samples/programs/${name}`, import.meta.url));
}

describeTracing('Java', () => {
  test('direct buffers of 10 MB: once each, under Unsafe_AllocateMemory0', async () => {
    const { unfreed } = await traceRuntime(java, sourceFile('DirectBuffers.java'));
    for (const { names } of expectBlocks(unfreed, 10 * mib, count))
      expect(names.slice(-3)).toEqual([
        'Unsafe_AllocateMemory0',
        expect.stringMatching(/^os::malloc\(/),
        'malloc',
      ]);
  });
}, [java, javac]);

describeTracing('Python', () => {
  test('byte arrays of 1 MB, under PyByteArray_Resize', async () => {
    const { unfreed } = await traceRuntime(python, sourceFile('bytearrays.py'));
    // A byte array has room for a closing zero.
    for (const { names } of expectBlocks(unfreed, mib + 1, count)) {
      expect(names[0]).toBe('_start');
      expect(names).toEqual(
        expect.arrayContaining(['_PyEval_EvalFrameDefault', 'PyByteArray_Resize']),
      );
    }
  });
}, [python]);

describeTracing('Node', () => {
  test('buffers of 1 MB, under the allocator of array buffers', async () => {
    const { unfreed } = await traceRuntime(process.execPath, sourceFile('buffers.mjs'));
    for (const { names } of expectBlocks(unfreed, mib, count))
      expect(names.slice(-2)).toEqual([
        expect.stringMatching(/^node::NodeArrayBufferAllocator::Allocate/),
        'malloc',
      ]);
  });
});

describeTracing('Rust', () => {
  test('vectors of 1 MB, of which a quarter is dropped', async () => {
    const { all, unfreed } = await traceRuntime(sampleFile('vectors'));
    expectBlocks(all, mib, count);
    const kept = expectBlocks(unfreed, mib, (count * 3) / 4);
    for (const { names } of kept) expect(names.slice(-2)).toEqual(['vectors::keep', 'malloc']);
    for (const { names } of kept) expect(names[0]).toBe('_start');
  });
}, [sampleFile('vectors')]);

describeTracing('Go', () => {
  // A return probe on a function that a goroutine's stack can grow in would kill the program.
  test('blocks of 1 MB from C, while stacks of goroutines move', async () => {
    const { unfreed } = await traceRuntime(sampleFile('cgo'));
    for (const { names } of expectBlocks(unfreed, mib, count))
      expect(names.slice(-3)).toEqual([
        expect.stringMatching(/^runtime\.asmcgocall/),
        expect.stringMatching(/^_cgo_\w+_Cfunc_keep$/),
        'malloc',
      ]);
  });
}, [sampleFile('cgo')]);

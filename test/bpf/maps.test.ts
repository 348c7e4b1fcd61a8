import { expect, test } from 'vitest';
import type { Weight } from '../../src/capture/walked-stack.ts';
import type { Capture, MapStack } from '../../src/capture.ts';
import { foldMaps, type MapView } from '../../src/fold/maps.ts';
import { stackOf } from '../../src/profile.ts';
import { describeTracing } from './needs-bpf.ts';
import { type Pair, startSample, type Truth, truthOf, truthTotal } from './sample.ts';
import {
  captureIn,
  directCaller,
  type NamedStack,
  stacksOf,
  startTrace,
  traceWhile,
  weighBy,
} from './tracing.ts';

function mapsOf(capture: Capture, view: MapView): NamedStack[] {
  const profile = foldMaps(capture, view);
  const [bytes, calls] = profile.columns;
  return Array.from(profile.parent.keys())
    .filter((node) => bytes!.self[node]! > 0)
    .map((node) => ({
      names: stackOf(profile, node).map(({ name }) => name),
      bytes: bytes!.self[node]!,
      calls: calls!.self[node]!,
    }));
}

/** In the truth of samples/programs/maps.c `unfreed` is what is still mapped. */
function expectTruth(capture: Capture, { sites }: Truth): void {
  for (const view of ['mmap', 'mapped'] as const) {
    const found = weighBy(mapsOf(capture, view), directCaller);
    const known = Object.entries(sites).map(([name, site]): [string, Pair] => [
      name,
      view === 'mmap' ? site.all : site.unfreed,
    ]);
    const expected = known.filter(([, [bytes]]) => bytes > 0);
    const atSites = Object.entries(found).filter(([name]) => name.startsWith('site_'));
    expect(Object.fromEntries(atSites)).toEqual(Object.fromEntries(expected));
  }
}

async function traceMaps(program: string, ...options: readonly string[]) {
  const sample = await startSample(program);
  const args = ['-p', `${sample.pid}`, '--mmap', '-o', 'x.capture', ...options];
  const { at, result, ended } = await traceWhile(args, () => {
    sample.tell();
    return truthOf(sample);
  });
  return { truth: result, ended, capture: await captureIn(at) };
}

const allocating = /^(malloc|calloc|realloc|free|aligned_alloc|memalign)$/;

function sumOf(maps: readonly MapStack[], key: 'mmap' | 'munmapped' | 'mapped'): Weight {
  return maps.reduce(
    (sum, stack) => ({ bytes: sum.bytes + stack[key].bytes, calls: sum.calls + stack[key].calls }),
    { bytes: 0, calls: 0 },
  );
}

describeTracing('--mmap', () => {
  test.each([[[]], [['-a']], [['-a', '--entry-only']], [['--follow-forks']]])(
    'every way to map and unmap, by ranges: %s',
    async (options) => {
      const { truth, capture, ended } = await traceMaps('maps', ...options);
      expectTruth(capture, truth);
      expect(ended.stderr).toMatch(/\nmmap {7}17\.\d MiB in 3\d calls\nmunmapped /);
      for (const key of ['mmap', 'munmapped', 'mapped'] as const)
        expect(capture.end!.maps![key]).toEqual(sumOf(capture.maps!, key));
      expect(capture.end!.lost).toEqual([]);
      expect(capture.end!.notes).toContainEqual({ reason: 'failed_maps', calls: 2 });
      const { mmap, munmapped, mapped } = capture.end!.maps!;
      expect(mmap.bytes).toBe(munmapped.bytes + mapped.bytes);
      expect(mmap.calls).toBe(munmapped.calls + mapped.calls);
    },
  );

  test('what the allocator maps for itself is not in it, and stays in the ledger of the heap', async () => {
    const { capture } = await traceMaps('maps');
    for (const { names } of mapsOf(capture, 'mmap'))
      expect(names.filter((name) => allocating.test(name))).toEqual([]);
    // Four blocks of 1 MiB, one of which grows, and a thread's arena.
    const own = capture.end!.filtered.find(({ reason }) => reason === 'allocator_mapped')!;
    expect(own.calls).toBeGreaterThanOrEqual(6);
    expect(own.bytes).toBeGreaterThan(128 * 2 ** 20);
    const heap = weighBy(stacksOf(capture, 'unfreed'), directCaller);
    expect(heap.allocator).toEqual([10 * 2 ** 20, 3]);
    expect(Object.keys(heap).filter((name) => name.startsWith('site_'))).toEqual([]);
  });

  test("a thread's stack is mapped by pthread_create", async () => {
    const { capture } = await traceMaps('maps');
    const stacks = mapsOf(capture, 'mmap').filter(({ names }) => names.includes('pthread_create'));
    expect(stacks).toHaveLength(1);
    expect(stacks[0]!.names).toContain('other_thread');
    expect(stacks[0]!.bytes).toBeGreaterThan(2 ** 20);
  });

  test('an allocator in the program itself, which nothing but a call under way tells from the rest', async () => {
    const { truth, capture } = await traceMaps('maps-musl-static');
    // musl has no unwind information: there is no site in the stacks, and that is counted.
    const { mmap, mapped } = capture.end!.maps!;
    const [all, unfreed] = [truthTotal(truth, 'all'), truthTotal(truth, 'unfreed')];
    expect([mapped.bytes, mapped.calls]).toEqual(unfreed);
    // Besides there was the stack of a thread.
    expect(mmap.calls - all[1]).toBe(1);
    expect(mmap.bytes - all[0]).toBeGreaterThan(2 ** 16);
    expect(mmap.bytes - all[0]).toBeLessThan(2 ** 18);
    const own = capture.end!.filtered.find(({ reason }) => reason === 'allocator_mapped')!;
    expect(own.bytes).toBeGreaterThanOrEqual(12 * 2 ** 20);
    expect(capture.end!.notes).toContainEqual(expect.objectContaining({ reason: 'broken_stacks' }));
  });

  test('exec ends all ranges: what the old program had is left out', async () => {
    const args = ['-c', "sh -c 'exec /bin/echo'", '--mmap', '-a', '-o', 'x.capture'];
    const trace = startTrace(args);
    const { stderr } = await trace.ended;
    const capture = await captureIn(trace.at);
    const gone = capture.end!.filtered.find(({ reason }) => reason === 'exec_mapped')!;
    const { mmap, munmapped, mapped } = capture.end!.maps!;
    expect(gone.bytes).toBeGreaterThan(2 ** 20); // libc at least
    expect(mmap.bytes - munmapped.bytes - mapped.bytes).toBe(gone.bytes);
    expect(mmap.calls - munmapped.calls - mapped.calls).toBe(gone.calls);
    expect(stderr).toContain('mapped, and gone when the process replaced itself');
  });

  test('children have ranges of their own', async () => {
    const script = 'i=0; while [ $i -lt 10 ]; do /bin/echo $i; i=$((i+1)); done';
    const args = ['-c', `sh -c '${script}'`, '--follow-forks', '--mmap', '-a', '-o', 'x.capture'];
    const trace = startTrace(args);
    await trace.ended;
    const capture = await captureIn(trace.at);
    const echoes = [...capture.processes.keys()].filter(
      (index) => capture.processes[index]!.name === 'echo',
    );
    expect(echoes).toHaveLength(10);
    const sums = echoes.map((index) =>
      sumOf(
        capture.maps!.filter(({ process }) => process === index),
        'mmap',
      ),
    );
    expect(sums[0]!.bytes).toBeGreaterThan(2 ** 20);
    for (const sum of sums) expect(sum).toEqual(sums[0]);
  });

  test('without it nothing is watched', async () => {
    const sample = await startSample('maps');
    const { at, ended } = await traceWhile(['-p', `${sample.pid}`, '-o', 'x.capture'], () => {
      sample.tell();
      return truthOf(sample);
    });
    const capture = await captureIn(at);
    expect(capture).not.toHaveProperty('maps');
    expect(ended.stderr).not.toContain('mmap');
  });
});

import { expect, test } from 'vitest';
import type { Omission } from '../../src/omission.ts';
import { describeTracing } from './needs-bpf.ts';
import { type Pair, sampleFile, startProgram, type Truth, truthOf } from './sample.ts';
import { captureIn, stacksOf, traceWhile, weighBy } from './tracing.ts';

const libraries = '/usr/lib/x86_64-linux-gnu';
const tcmalloc = `${libraries}/libtcmalloc_minimal.so.4`;
const jemalloc = `${libraries}/libjemalloc.so.2`;

describeTracing('exceptions', () => {
  // A return probe puts another return address on the stack, which no unwinder gets past.
  test.each([
    ['glibc', ''],
    ['jemalloc', jemalloc],
    ['tcmalloc', tcmalloc],
  ])('that operator new throws reach the program: %s', async (_, library) => {
    const lost = await expectTruthOf('news', library, 'too-much');
    // Such a request goes without a return probe; that of libstdc++ has none in any case.
    expect(lost.map(({ reason }) => reason)).toEqual(library ? ['not_followed'] : []);
  });
}, [sampleFile('news'), tcmalloc, jemalloc]);

/** Returns what was lost. */
async function expectTruthOf(
  program: string,
  library: string,
  mode: string,
): Promise<readonly Omission[]> {
  const command = [`LD_PRELOAD=${library}`, sampleFile(program), mode];
  const sample = startProgram('/usr/bin/env', command);
  expect(await sample.line()).toBe('ready');
  const args = ['-p', String(sample.pid), '-o', 'x.capture'];
  const { at, result: truth } = await traceWhile(args, () => {
    sample.tell();
    return truthOf(sample);
  });
  const capture = await captureIn(at);
  for (const view of ['all', 'unfreed'] as const) {
    // A site that only failed, or that freed all, must not show.
    const seen = Object.entries(truth.sites).filter(([, { [view]: weight }]) => weight[1] > 0);
    const expected = Object.fromEntries(seen.map(([site, weights]) => [site, weights[view]]));
    expect(weighedBySite(stacksOf(capture, view), truth)).toEqual(expected);
  }
  return capture.end!.lost;
}

function weighedBySite(stacks: ReturnType<typeof stacksOf>, truth: Truth): Record<string, Pair> {
  const siteIn = (names: readonly string[]) => names.find((name) => name in truth.sites);
  const ofSites = stacks.filter(({ names }) => siteIn(names) !== undefined);
  return weighBy(ofSites, ({ names }) => siteIn(names)!);
}

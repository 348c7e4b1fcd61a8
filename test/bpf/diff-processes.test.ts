import { expect, test } from 'vitest';
import { Workplace } from '../cli/program.ts';
import { describeTracing } from './needs-bpf.ts';
import { type Sample, startSample, type Truth, truthOf } from './sample.ts';
import { runMemstacks, startTrace } from './tracing.ts';

/** What every process of a service says of itself, in the order of pids. */
type Truths = Readonly<Record<string, readonly Truth[]>>;

/** Traces `truth` and so many processes `growing`, of so many steps each. */
async function traceService(steps: readonly number[], name: string, at = new Workplace()) {
  const growing = await Promise.all(steps.map((count) => startSample('growing', `${count}`)));
  const samples = { growing: growing.toSorted(byPid), truth: [await startSample('truth')] };
  const all = Object.values(samples).flat();
  const files = ['capture', 'svg', 'folded'].flatMap((suffix) => ['-o', `${name}.${suffix}`]);
  const trace = startTrace(['-p', all.map(({ pid }) => pid).join(), ...files], at);
  await trace.begun();
  for (const sample of all) sample.tell();
  const truthsOf = (each: readonly Sample[]) => Promise.all(each.map(truthOf));
  const truths = { growing: await truthsOf(samples.growing), truth: await truthsOf(samples.truth) };
  expect((await trace.stop()).code).toBe(0);
  return { at, truths };
}

function byPid(a: Sample, b: Sample): number {
  return a.pid - b.pid;
}

/** Bytes before and after of what `malloc` was called by, in each of the processes as they are matched. */
function matched(before: Truths, after: Truths): Record<string, readonly number[]> {
  const expected: Record<string, readonly number[]> = {};
  for (const [name, truths] of Object.entries(after))
    for (const [index, truth] of truths.entries())
      for (const site of Object.keys(truth.sites).filter((site) => isOfMalloc.test(site))) {
        const [old = 0] = before[name]![index]?.sites[site]?.unfreed ?? [];
        const [bytes] = truth.sites[site]!.unfreed;
        const process = truths.length === 1 ? name : `${name} (${index + 1})`;
        if (old + bytes > 0) expected[`${process} ${site}`] = [old, bytes];
      }
  return expected;
}

const isOfMalloc = /^site_(heap_\w+|malloc)$/;

/** The same in collapsed stacks with two counts. */
function weightsBySite(text: string): Record<string, readonly number[]> {
  const found: Record<string, readonly number[]> = {};
  for (const line of text.trimEnd().split('\n')) {
    const [, root, stack, before, after] = /^([^;]*);(.*) (\d+) (\d+)$/.exec(line)!;
    const site = stack!.split(';').at(-2)!;
    if (!isOfMalloc.test(site)) continue;
    const [a = 0, b = 0] = found[`${root} ${site}`] ?? [];
    found[`${root} ${site}`] = [a + Number(before), b + Number(after)];
  }
  return found;
}

describeTracing('processes of two traces', () => {
  test('are matched by name, those of one name in the order of their pids, and one more is new', async () => {
    const before = await traceService([5, 12, 9], 'before');
    const after = await traceService([11, 3, 8, 2], 'after', before.at);
    for (const [left, right] of [
      ['before.capture', 'after.capture'],
      ['before.svg', 'after.folded'],
    ] as const) {
      const { stdout, stderr } = await runMemstacks(['diff', left, right, '-f'], before.at);
      expect(weightsBySite(stdout)).toEqual(matched(before.truths, after.truths));
      expect(stderr).toContain('processes with other pids are the same by name');
    }
  });
});

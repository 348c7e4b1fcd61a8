import { expect, test } from 'vitest';
import type { Capture, CaptureProcess } from '../../src/capture.ts';
import type { HeapView } from '../../src/fold/heap-weight.ts';
import { describeTracing } from './needs-bpf.ts';
import {
  type Pair,
  type Sample,
  sampleFile,
  startSample,
  type Truth,
  truthTotal,
} from './sample.ts';
import { captureIn, directCaller, stacksOf, startTrace, weigh, weighBy } from './tracing.ts';

interface Told {
  readonly pid: number;
  readonly truth: Truth;
}

/** The truths of all processes of samples/programs/forks.c, as they end. */
async function truthsOf(sample: Sample, count: number): Promise<readonly Told[]> {
  const told: Told[] = [];
  while (told.length < count) told.push(truthIn(await sample.line()));
  return told;
}

function truthIn(line: string): Told {
  const blank = line.indexOf(' ');
  return { pid: Number(line.slice(0, blank)), truth: JSON.parse(line.slice(blank)) };
}

/** The sites that a process has allocated at. */
function sitesOf({ sites }: Truth, view: 'all' | 'unfreed'): Record<string, Pair> {
  const used = Object.entries(sites).filter(([, site]) => site[view][1] > 0);
  return Object.fromEntries(used.map(([name, site]) => [name, site[view]]));
}

function processOf({ processes }: Capture, pid: number): CaptureProcess {
  const found = processes.filter((process) => process.pid === pid);
  expect(found).toHaveLength(1);
  return found[0]!;
}

/** What the trace has found in the process, by call site. */
function foundIn(capture: Capture, { pid, name }: CaptureProcess, view: 'all' | 'unfreed') {
  const stacks = stacksOf(capture, view).filter(({ names }) => names[0] === `${name}-${pid}`);
  return weighBy(stacks, directCaller);
}

function expectTruths(
  capture: Capture,
  told: readonly Told[],
  views: readonly HeapView[] = ['all', 'unfreed'],
) {
  for (const { pid, truth } of told)
    for (const view of views)
      expect(foundIn(capture, processOf(capture, pid), view)).toEqual(sitesOf(truth, view));
}

/** The program itself, a child and its child, one that posix_spawn starts, and 20 that end at once. */
const processes = 24;

describeTracing('--follow-forks', () => {
  test('every process has a ledger of its own, and all are exact', async () => {
    const sample = await startSample('forks');
    const trace = startTrace(['-p', `${sample.pid}`, '--follow-forks', '-o', 'x.capture']);
    await trace.begun();
    sample.tell();
    const told = await truthsOf(sample, processes);
    const { stderr, code } = await trace.ended;
    const capture = await captureIn(trace.at);
    expect(code).toBe(0);
    expectTruths(capture, told);
    const bytes = told.map(({ truth }) => truthTotal(truth, 'all')[0]);
    expect(capture.end!.alloc.bytes).toBe(bytes.reduce((a, b) => a + b));
    expect(capture.end!.lost).toEqual([]);
    expect(capture.header).toMatchObject({ stop: 'exited', followForks: true });
    // Two more share their parent's memory and never leave it.
    expect(capture.processes).toHaveLength(processes + 2);
    expect(capture.end!.notes).toContainEqual({ reason: 'untracked_frees', calls: 5 });
    expect(stderr).toContain(`traced forks (pid ${sample.pid}), 25 children for`);
    expect(stderr).toContain('in all others (16)');
  });

  test('parents, and the program that a child has become', async () => {
    const sample = await startSample('forks');
    const trace = startTrace(['-p', `${sample.pid}`, '--follow-forks', '-a', '-o', 'x.capture']);
    await trace.begun();
    sample.tell();
    const told = await truthsOf(sample, processes);
    await trace.ended;
    const capture = await captureIn(trace.at);
    const withSite = (site: string) =>
      processOf(capture, told.find(({ truth }) => truth.sites[site]!.all[1] > 0)!.pid);
    expect(processOf(capture, sample.pid)).not.toHaveProperty('parent');
    expect(withSite('site_child').parent).toBe(sample.pid);
    expect(withSite('site_grandchild').parent).toBe(withSite('site_child').pid);
    expect(withSite('site_spawned')).toMatchObject({ parent: sample.pid, name: 'exe', execs: 1 });
    expect(withSite('site_spawned').allocators[0]!.path).toContain('libc.so');
    expectTruths(capture, told, ['all']);
  });

  test('children that outlive the trace; one that ended while its sisters run', async () => {
    const sample = await startSample('forks', '--prefork', '4');
    const trace = startTrace(['-p', `${sample.pid}`, '--follow-forks', '-o', 'x.capture']);
    await trace.begun();
    sample.tell();
    const told: Told[] = [];
    for (let worker = 0; worker < 4; worker++) {
      sample.tell();
      told.push(truthIn(await sample.line()));
    }
    process.kill(told[0]!.pid);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await trace.stop();
    for (const { pid } of told.slice(1)) process.kill(pid);
    const capture = await captureIn(trace.at);
    expectTruths(capture, told);
    expect(told.map(({ pid }) => processOf(capture, pid).state)).toEqual([
      'exited',
      'running',
      'running',
      'running',
    ]);
  });

  test('-c: from the first instruction, by requests only', async () => {
    const at = startTrace([
      '-c',
      `${sampleFile('forks')} --spawned`,
      '--follow-forks',
      '-a',
      '--entry-only',
      '-o',
      'x.capture',
    ]);
    const { stdout } = await at.ended;
    const told = truthIn(stdout);
    const capture = await captureIn(at.at);
    const stacks = stacksOf(capture, 'all');
    expect(weighBy(stacks, directCaller)).toEqual(sitesOf(told.truth, 'all'));
  });

  test('a shell script: programs that live for milliseconds are counted', async () => {
    const script = 'i=0; while [ $i -lt 30 ]; do /bin/echo $i; i=$((i+1)); done';
    const at = startTrace(['-c', `sh -c '${script}'`, '--follow-forks', '-a', '-o', 'x.capture']);
    const { code } = await at.ended;
    expect(code).toBe(0);
    const capture = await captureIn(at.at);
    const echoes = capture.processes.filter(({ name }) => name === 'echo');
    expect(echoes).toHaveLength(30);
    // Every run of the same program allocates the same.
    const sums = echoes.map((process) => {
      const index = capture.processes.indexOf(process);
      return weigh(
        [...capture.stacks]
          .filter((stack) => stack.process === index)
          .map(({ alloc }) => ({ names: [], ...alloc })),
      );
    });
    expect(sums[0]![1]).toBeGreaterThan(5);
    for (const sum of sums) expect(sum[1]).toBe(sums[0]![1]);
  });

  test('more children than there is room for are counted, and their calls', async () => {
    const sample = await startSample('forks', '--prefork', '260');
    const trace = startTrace(['-p', `${sample.pid}`, '--follow-forks', '-o', 'x.capture']);
    await trace.begun();
    sample.tell();
    const told: Told[] = [];
    for (let worker = 0; worker < 260; worker++) {
      sample.tell();
      told.push(truthIn(await sample.line()));
    }
    const { stderr } = await trace.stop();
    for (const { pid } of told) process.kill(pid);
    const capture = await captureIn(trace.at);
    expect(capture.processes).toHaveLength(256);
    const traced = told.filter(({ pid }) => capture.processes.some((each) => each.pid === pid));
    expect(traced).toHaveLength(255);
    expectTruths(capture, traced);
    expect(capture.end!.lost).toEqual([{ reason: 'process_table_full', calls: 5 * 30 }]);
    expect(stderr).toContain('5 forks beyond the 256th process');
    expect(stderr).toContain('150 calls, missing: of children beyond the 256th process');
  });

  test('without it children are not traced, and that is said', async () => {
    const sample = await startSample('forks');
    const trace = startTrace(['-p', `${sample.pid}`, '-o', 'x.capture']);
    await trace.begun();
    sample.tell();
    const told = await truthsOf(sample, processes);
    const { stderr } = await trace.ended;
    const capture = await captureIn(trace.at);
    expect(capture.processes).toHaveLength(1);
    expect(stderr).toMatch(/forked \d+ times: children are not traced/);
    expect(told).toHaveLength(processes);
    expect(capture.end!.notes).not.toContainEqual(
      expect.objectContaining({ reason: 'foreign_calls' }),
    );
  });
});

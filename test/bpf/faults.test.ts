import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Workplace } from '../cli/program.ts';
import { collectorFile, collectWhile } from './collector.ts';
import {
  countedPages,
  grownPages,
  type PageTruth,
  pagesBySite,
  pageTruthOf,
  residentPages,
  rssPages,
} from './fault-pages.ts';
import { describeTracing } from './needs-bpf.ts';
import { namesOf, parseRawCapture, type RawCapture, stacksThrough } from './raw-capture.ts';
import { type Sample, sampleFile, startProgram, startSample } from './sample.ts';

/** Of a file so many pages may be another stack's, that faulted near them. */
const AROUND = 16;

/** Makes the file that faults.c maps, all of it in memory. */
function dataFile(): string {
  const at = new Workplace();
  writeFileSync(at.path('data'), randomBytes(70 * 4096));
  return at.path('data');
}

function startFaults(): Promise<Sample> {
  return startSample('faults', dataFile());
}

async function traceFaults(options: readonly string[] = []) {
  const sample = await startFaults();
  const { capture, result } = await collectWhile(
    ['--faults', ...options, '-p', `${sample.pid}`],
    () => {
      sample.tell();
      return pageTruthOf(sample);
    },
  );
  await sample.end();
  return { truth: result, capture };
}

function expectSites(truth: PageTruth, capture: RawCapture, process = 0): void {
  const found = pagesBySite(capture, grownPages(capture, process));
  for (const [site, { kind, pages }] of Object.entries(truth.sites)) {
    const got = found.get(site)?.[kind] ?? 0;
    if (kind === 'file') expect(Math.abs(got - pages)).toBeLessThanOrEqual(AROUND);
    else expect([site, got]).toEqual([site, pages]);
  }
  expect(found.get('nobody')?.anon ?? 0).toBe(truth.nobody);
}

/** What the page table has is what the kernel counts, at both ends. */
function expectRss(capture: RawCapture, process = 0): void {
  const { rss } = capture.processes[process]!;
  const [start, end] = (['start', 'end'] as const).map((when) =>
    countedPages(residentPages(capture, process, when)),
  );
  expect(end).toBe(rssPages(rss!.after!));
  expect(Math.abs(start! - rssPages(rss!.before!))).toBeLessThanOrEqual(1);
}

/** Every fault is in a stack, and every stack goes to the start of its thread. */
function expectStacks(capture: RawCapture): void {
  const { user, kernel } = capture.end.faults!;
  const faults = capture.stacks.reduce((sum, stack) => sum + stack.faults!, 0);
  expect(faults).toBe(user + kernel);
  for (const stack of capture.stacks) {
    const names = namesOf(capture, stack);
    if (!names.some((name) => name.startsWith('site_'))) continue;
    expect(names[0]).toMatch(/^(_start|_*clone3)$/);
  }
}

describeTracing('the pages that a program makes resident', () => {
  test.each([1, 2, 3])('each by the function whose fault it was, run %i', async () => {
    const { truth, capture } = await traceFaults();
    expectSites(truth, capture);
    expectRss(capture);
    expectStacks(capture);
    expect(capture.header.faults).toEqual({ source: 'exceptions' });
    expect(capture.end.lost).toEqual({});
  });

  test('by perf events, which do not tell whether a page was there', async () => {
    const { truth, capture } = await traceFaults(['--fault-source', 'perf']);
    const { site_over_shared: over, site_before_fork: shared, ...others } = truth.sites;
    expectSites({ ...truth, sites: others }, capture);
    const found = pagesBySite(capture, grownPages(capture, 0));
    const copied = found.get('site_over_shared')!.anon!;
    expect(copied + found.get('site_before_fork')!.anon!).toBe(shared!.pages + over!.pages);
    expectRss(capture);
    expect(capture.header.faults).toEqual({ source: 'perf' });
    expect(capture.end.faults!.present).toBe(0);
  });

  test('--read-pagemap: the same from /proc/PID/pagemap', async () => {
    const { truth, capture } = await traceFaults(['--read-pagemap']);
    expectSites(truth, capture);
    expectRss(capture);
    const what = capture.resident.flatMap(({ resident }) => resident.map((run) => run[2]));
    expect(what).toEqual(expect.arrayContaining([0, 1, 4, 8, 17]));
  });

  test('--no-moves: pages that were moved have no stack', async () => {
    const { truth, capture } = await traceFaults(['--no-moves']);
    const found = pagesBySite(capture, grownPages(capture, 0));
    expect(found.get('site_moved')?.anon ?? 0).toBe(0);
    const { site_moved: moved, site_after_move: after } = truth.sites;
    expect(found.get('nobody')!.anon).toBeGreaterThanOrEqual(moved!.pages + after!.pages);
    expect(found.get('site_kept')).toEqual({ anon: truth.sites.site_kept!.pages });
  });

  test('of a process that becomes another program: those of the last', async () => {
    const script = 'read start; exec "$0" "$1"';
    const sample = startProgram('/bin/sh', ['-c', script, sampleFile('faults'), dataFile()]);
    const { capture, result } = await collectWhile(
      ['--faults', '-p', `${sample.pid}`],
      async () => {
        sample.tell();
        expect(await sample.line()).toBe('ready');
        sample.tell();
        return pageTruthOf(sample);
      },
    );
    await sample.end();
    const sites = pagesBySite(capture, grownPages(capture, 0));
    // What was there from the exec on, and is copied after the fork, had no owner before.
    for (const [site, { kind, pages }] of Object.entries(result.sites))
      if (kind === 'anon' && site !== 'site_before_fork')
        expect([site, sites.get(site)?.anon ?? 0]).toEqual([site, pages]);
    expect(capture.processes[0]!.execs).toBe(1);
    expect(capture.end.notes.exec_faults).toBeGreaterThan(0);
    expectRss(capture);
  });

  test('of two processes at once, and of both together with their allocations', async () => {
    const samples = [await startFaults(), await startFaults()];
    const pids = samples.map(({ pid }) => pid).join(',');
    const args = ['--heap', '--faults', '-p', pids];
    const { capture, result } = await collectWhile(args, async () => {
      for (const sample of samples) sample.tell();
      return Promise.all(samples.map(pageTruthOf));
    });
    expect(capture.header.capture).toBe('incident');
    for (const process of [0, 1]) {
      const found = pagesBySite(capture, grownPages(capture, process));
      for (const [site, { kind, pages }] of Object.entries(result[process]!.sites))
        if (kind === 'anon') expect([site, found.get(site)?.anon ?? 0]).toEqual([site, pages]);
      expectRss(capture, process);
      const heap = stacksThrough(capture, 'site_malloc_trimmed').filter(
        (stack) => stack.process === process && stack.faults === undefined,
      );
      expect(heap.map(({ alloc }) => alloc)).toEqual([[1024 * 65536, 1024]]);
    }
  });

  test('by a worker thread of the kernel: it has no stack in user space', async () => {
    const sample = await startSample('uring');
    const { capture } = await collectWhile(['--faults', '-p', `${sample.pid}`], async () => {
      sample.tell();
      expect(await sample.line()).toBe('100');
    });
    const workers = capture.stacks.filter(
      ({ frames }) => frames.length === 1 && capture.frames[frames[0]!]!.label === 'kernel thread',
    );
    expect(workers.map(({ faults }) => faults)).toEqual([100]);
    const pages = grownPages(capture, 0).filter(
      ({ stack }) => stack !== undefined && workers.includes(capture.stacks[stack]!),
    );
    expect(pages).toHaveLength(100);
  });

  test('of a process whose memory comes and goes: what /proc says, all the same', async () => {
    const churn = `let kept = []; setInterval(() => {
      for (let i = 0; i < 200; i++) kept.push(Buffer.alloc(20000, 1), new Array(500).fill(i));
      if (kept.length > 4000) kept = kept.slice(2000);
    }, 10); console.log('ready');`;
    const sample = startProgram(process.execPath, ['-e', churn]);
    expect(await sample.line()).toBe('ready');
    const { capture } = await collectWhile(['--faults', '-p', `${sample.pid}`], () => sleep(1000));
    const { before, after } = capture.processes[0]!.rss!;
    for (const [when, rss] of [
      ['start', before!],
      ['end', after!],
    ] as const) {
      const pages = countedPages(residentPages(capture, 0, when));
      expect(Math.abs(pages - rssPages(rss)) / pages).toBeLessThan(0.01);
    }
  });

  test('of a process that has ended: none is resident', async () => {
    const sample = await startFaults();
    const { capture } = await collectWhile(['--faults', '-p', `${sample.pid}`], async () => {
      sample.tell();
      await pageTruthOf(sample);
      await sample.end();
    });
    const [process] = capture.processes;
    expect(process!.state).toBe('exited');
    expect(process!.rss!.after).toBeUndefined();
    expect(capture.resident.every(({ when }) => when === 'start')).toBe(true);
    expect(capture.mappings).toEqual([]);
    expectStacks(capture);
  });
}, [sampleFile('faults'), sampleFile('uring')]);

describeTracing('page faults that find no room', () => {
  test('--max-pages: are counted, and the others are right', async () => {
    const { capture } = await traceFaults(['--max-pages', '640']);
    const kept = capture.faulted
      .flatMap(({ faulted }) => faulted)
      .reduce((sum, [, count]) => sum + count, 0);
    expect(kept).toBeGreaterThan(64);
    expect(kept).toBeLessThanOrEqual(640);
    expect(capture.end.lost.page_table_full!.calls).toBeGreaterThan(1000);
    expectStacks(capture);
  });

  test('--max-stacks: are under a frame that says so', async () => {
    const { capture } = await traceFaults(['--max-stacks', '1']);
    const full = capture.stacks.filter(
      ({ frames }) => capture.frames[frames[0]!]!.label === 'stack table full',
    );
    const faults = full.reduce((sum, stack) => sum + stack.faults!, 0);
    expect(faults).toBe(capture.end.lost.stack_table_full!.calls);
    expectRss(capture);
    const { user, kernel } = capture.end.faults!;
    expect(capture.stacks.reduce((sum, stack) => sum + stack.faults!, 0)).toBe(user + kernel);
  });
}, [sampleFile('faults')]);

describeTracing('programs without an allocator that could be traced', () => {
  test('Go: the heap belongs to who touches it first', async () => {
    const sample = startProgram(sampleFile('only-go'), []);
    expect(await sample.line()).toBe('ready');
    const { capture } = await collectWhile(['--faults', '-p', `${sample.pid}`], async () => {
      sample.tell();
      expect(await sample.line()).toBe('done');
    });
    const touched = grownPages(capture, 0).filter(
      ({ stack }) =>
        stack !== undefined && namesOf(capture, capture.stacks[stack]!).at(-1) === 'main.keep',
    );
    expect(Math.abs(touched.length - (32 << 20) / 4096)).toBeLessThan(16);
    for (const stack of stacksThrough(capture, 'main.keep'))
      expect(namesOf(capture, stack)[0]).toMatch(/^runtime\./);
    expectRss(capture);
  });

  test('no libc at all', async () => {
    const { pid } = startProgram(sampleFile('no-libc'), []);
    const { capture } = await collectWhile(['--faults', '-p', `${pid}`], async () => {});
    expect(capture.end.faults).toEqual({ user: 0, kernel: 0, present: 0 });
    expectRss(capture);
  });
}, [sampleFile('no-libc'), sampleFile('only-go')]);

describeTracing('a command from its start', () => {
  test('what it has at its first instruction is no growth', async () => {
    const { capture } = await collectWhile(
      ['--faults', '--kill', '--', '/bin/sleep', '60'],
      async () => {},
    );
    const [process] = capture.processes;
    expect(countedPages(residentPages(capture, 0, 'start'))).toBeLessThan(64);
    expect(rssPages(process!.rss!.before!)).toBeLessThan(64);
    expect(capture.end.faults!.user).toBeGreaterThan(10);
    expectRss(capture);
    expectStacks(capture);
  });
});

describeTracing('in a pid namespace, where pids are not those of the kernel', () => {
  test('faults are seen', () => {
    const namespaces = ['--pid', '--fork', '--kill-child', '--mount-proc'];
    const trace = [
      collectorFile,
      '--faults',
      '--duration',
      '1',
      '--kill',
      '--',
      '/bin/sleep',
      '60',
    ];
    const { status, stdout } = spawnSync('unshare', [...namespaces, ...trace], {
      encoding: 'utf8',
    });
    expect(status).toBe(0);
    const capture = parseRawCapture(stdout);
    expect(capture.processes[0]!.pid).toBeLessThan(10);
    expect(capture.end.faults!.user).toBeGreaterThan(10);
    expectStacks(capture);
  });
});

describeTracing('options for page faults', () => {
  test.each([
    [['--faults', '--min-size', '10'], /add --heap/],
    [['--faults', '-O', 'libc.so.6'], /add --heap/],
    [['--faults', '--fault-source', 'guess'], /expected exceptions or perf/],
    [['--faults', '--max-pages', '-1'], /expected a whole number/],
  ])('%j is refused', (args, message) => {
    const { status, stderr } = spawnSync(collectorFile, [...args, '-p', '1'], { encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

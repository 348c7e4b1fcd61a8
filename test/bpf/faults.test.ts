import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { collectWhile } from './collector.ts';
import {
  countedPages,
  grownPages,
  pagesBySite,
  pageTruthOf,
  residentPages,
  rssPages,
} from './fault-pages.ts';
import { describeTracing } from './needs-bpf.ts';
import { callsOf, stacksThrough } from './raw-capture.ts';
import { sampleFile, startProgram, startSample } from './sample.ts';
import {
  dataFile,
  expectRss,
  expectSites,
  expectStacks,
  startFaults,
  traceFaults,
} from './trace-faults.ts';

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

  test('at one place, with the same stack pointer, by whom it is called', async () => {
    const sample = await startSample('callers');
    const { capture } = await collectWhile(['--faults', '-p', `${sample.pid}`], async () => {
      sample.tell();
      expect(await sample.line()).toBe('done');
    });
    await sample.end();
    expect(callsOf(stacksThrough(capture, 'left'))).toBe(3 * 200);
    expect(callsOf(stacksThrough(capture, 'right'))).toBe(2 * 200);
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
}, [sampleFile('faults'), sampleFile('callers'), sampleFile('uring')]);

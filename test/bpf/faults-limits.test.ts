import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { childOf, untilAsleep } from './children.ts';
import { collectorFile, collectWhile } from './collector.ts';
import { countedPages, grownPages, residentPages, rssPages } from './fault-pages.ts';
import { describeTracing } from './needs-bpf.ts';
import { namesOf, parseRawCapture, stacksThrough } from './raw-capture.ts';
import { sampleFile, startProgram } from './sample.ts';
import { expectRss, expectStacks, traceFaults } from './trace-faults.ts';

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
      (collector) => untilAsleep(childOf(collector)),
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

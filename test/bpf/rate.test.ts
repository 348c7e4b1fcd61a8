import { expect, test } from 'vitest';
import { footprintIn, isProbed } from './footprint.ts';
import { describeTracing } from './needs-bpf.ts';
import { sampleFile, startProgram, startSample, truthOf } from './sample.ts';
import { captureIn, directCaller, runMemstacks, stacksOf, startTrace } from './tracing.ts';

describeTracing('the guard of what a trace costs', () => {
  test('detaches from a program that allocates too fast, and keeps the result', async () => {
    const pairs = startProgram(sampleFile('pairs'), ['600']);
    const pid = `${pairs.pid}`;
    await pairs.line();
    const before = footprintIn(pairs.pid);
    const trace = startTrace(['-p', pid, '--max-rate', '1000', '-o', 'x.capture']);
    const { code, stderr } = await trace.ended;
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^warning: \d{1,3}(?:,\d{3})+ allocator calls a second, above --max-rate 1000: the target ran .* slower while traced \(estimated\)\. Detached; /m,
    );
    expect(stderr).toMatch(
      /^traced pairs .* s, until it called its allocator faster than --max-rate$/m,
    );
    const { header, end, ...capture } = await captureIn(trace.at);
    expect(header.stop).toBe('rate');
    expect(end!.alloc.bytes).toBe(64 * end!.alloc.calls);
    expect(end!.alloc.calls).toBeGreaterThan(1000);
    const stacks = stacksOf({ header, end: end!, ...capture }, 'all');
    expect(stacks.map(directCaller)).toContain('allocate_pairs');
    expect(isProbed(pairs.pid)).toBe(false);
    expect(footprintIn(pairs.pid)).toEqual(before);
    await pairs.line();
  });

  test.each([
    [[], '-a costs less, and with --entry-only still less'],
    [['-a'], '--entry-only costs less'],
    [['-a', '--entry-only'], 'nothing costs less'],
  ])('says what is cheaper than a trace with %j', async (options, words) => {
    const pairs = startProgram(sampleFile('pairs'), ['600']);
    await pairs.line();
    const { stderr } = await runMemstacks(['-p', `${pairs.pid}`, '--max-rate', '1000', ...options]);
    expect(stderr).toMatch(new RegExp(`^warning: .* --max-rate 0 traces on, ${words}$`, 'm'));
  });

  test('lets a program be that allocates more slowly, and any with --max-rate 0', async () => {
    const slow = await startSample('trouble', 'many-live', '100');
    const traced = startTrace(['-p', `${slow.pid}`, '--max-rate', '1000', '-o', 'x.capture', '3']);
    await traced.begun();
    slow.tell();
    await truthOf(slow);
    expect((await traced.ended).stderr).not.toContain('--max-rate');
    expect((await captureIn(traced.at)).header.stop).toBe('duration');
    const fast = startProgram(sampleFile('pairs'), ['600']);
    const args = ['-p', `${fast.pid}`, '--max-rate', '0', '-a', '-f', '3'];
    const { code, stderr } = await runMemstacks(args);
    expect([code, stderr.includes('--max-rate')]).toEqual([0, false]);
  });
}, [sampleFile('pairs'), sampleFile('trouble')]);

import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { describeTracing } from './needs-bpf.ts';
import { sampleFile, startProgram } from './sample.ts';
import { captureIn, runMemstacks, startTrace } from './tracing.ts';

const load = fileURLToPath(new URL('../../scripts/load-server.mjs', import.meta.url));

/** The sample server while visitors come; the end of the test is their end. */
async function visitedServer(...args: readonly string[]): Promise<string> {
  const server = startProgram(sampleFile('server'), args);
  const port = /\d+/.exec(await server.line())![0];
  startProgram(process.execPath, [load, port]);
  return `${server.pid}`;
}

interface Comparison {
  readonly before: number;
  readonly after: number;
  readonly stacks: readonly {
    readonly stack: readonly string[];
    readonly before: number;
    readonly after: number;
  }[];
}

describeTracing('a program before and after its fix', () => {
  test('differs by what the fix is about, whichever kinds of files are compared', async () => {
    const leaky = startTrace([
      ...['-p', await visitedServer(), '3', '-o', 'leaky.capture', '-o', 'leaky.folded'],
    ]);
    expect((await leaky.ended).code).toBe(0);
    const fixed = startTrace(
      ['-p', await visitedServer('--fixed'), '3', '-o', 'fixed.capture', '-o', 'fixed.svg'],
      leaky.at,
    );
    expect((await fixed.ended).code).toBe(0);
    for (const [before, after] of [
      ['leaky.capture', 'fixed.capture'],
      ['leaky.folded', 'fixed.svg'],
    ] as const) {
      const { stdout, stderr } = await runMemstacks(['diff', before, after, '--json'], leaky.at);
      const { stacks, ...totals } = JSON.parse(stdout) as Comparison;
      expect(totals.before).toBeGreaterThan(20 * totals.after);
      const worst = stacks.toSorted((a, b) => a.after - a.before - (b.after - b.before))[0]!;
      expect(worst.stack).toContain('session_create');
      expect(worst.before - worst.after).toBeGreaterThan(0.9 * (totals.before - totals.after));
      expect(stderr).not.toContain('swapped');
    }
    const swapped = await runMemstacks(
      ['diff', 'fixed.capture', 'leaky.capture', '--fail-above', '100k'],
      leaky.at,
    );
    expect(swapped.code).toBe(3);
    expect(swapped.stderr).toContain('are they swapped?');
  });

  test('grows steadily where it leaks, and not where it caches', async () => {
    const trace = startTrace(['-p', await visitedServer(), '--interval', '0.5', '4']);
    const { stdout, code } = await trace.ended;
    expect(code).toBe(0);
    const [, first, ...others] = stdout.split('\n\n');
    expect(first).toMatch(/ (\d+) of \1 +grows steadily\n +calloc <- session_create /);
    // Blocks of requests that were just being answered may stand before it.
    const cache = others.find((each) => each.includes('malloc <- cache_put'));
    expect(cache).toMatch(/ levels off\n/);
  });

  test('keeps all readings in the capture, which add up to what is unfreed', async () => {
    const pid = await visitedServer();
    const trace = startTrace(['-p', pid, '--interval', '0.25', '3', '-o', 'x.capture']);
    expect((await trace.ended).code).toBe(0);
    const { header, stacks } = await captureIn(trace.at);
    expect(header.snapshots!.length).toBeGreaterThanOrEqual(9);
    const leak = [...stacks].reduce((a, b) => (b.unfreed!.bytes > a.unfreed!.bytes ? b : a));
    const bytes = [...leak.unfreedAt!.map((weight) => weight.bytes), leak.unfreed!.bytes];
    expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
    expect(bytes[0]).toBeGreaterThan(0);
    // Every session is of the same size.
    const { bytes: last, calls } = leak.unfreedAt!.at(-1)!;
    expect(last / calls).toBe(leak.unfreed!.bytes / leak.unfreed!.calls);
  });
});

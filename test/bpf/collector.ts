import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { callsOf, parseRawCapture, type RawCapture, type RawStack } from './raw-capture.ts';

export const collectorFile = fileURLToPath(
  new URL('../../bpf/.output/memstacks-collector', import.meta.url),
);

/** Traces with the collector itself, from before `work` begins until it is done. */
export async function collectWhile<T>(
  args: readonly string[],
  work: (collector: number) => Promise<T>,
): Promise<{ capture: RawCapture; stderr: string; result: T }> {
  const child = spawn(collectorFile, ['--max-rate', '0', ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const output = outputOf(child);
  await output.begun;
  const result = await work(child.pid!);
  child.kill('SIGINT');
  const capture = parseRawCapture(await output.whole);
  expectAccounted(capture);
  return { capture, stderr: output.text.stderr, result };
}

interface Output {
  readonly text: { stdout: string; stderr: string };
  /** When every probe is attached. */
  readonly begun: Promise<void>;
  /** Stdout, when it has ended well. */
  readonly whole: Promise<string>;
}

function outputOf(child: ChildProcess): Output {
  const text = { stdout: '', stderr: '' };
  const told = new EventTarget();
  for (const name of ['stdout', 'stderr'] as const)
    child[name]!.setEncoding('utf8').on('data', (more: string) => {
      text[name] += more;
      told.dispatchEvent(new Event('data'));
    });
  const whole = new Promise<string>((resolve, reject) => {
    child.on('close', (code, signal) => {
      if (code === 0) resolve(text.stdout);
      else reject(new Error(`the collector ended: ${signal ?? code} ${text.stderr}`));
    });
  });
  const begun = new Promise<void>((resolve, reject) => {
    told.addEventListener('data', () => text.stderr.includes('Tracing pid') && resolve());
    whole.catch(reject);
  });
  return { text, begun, whole };
}

const ends = ['cut', 'no_mapping', 'no_unwind_info', 'unsupported', 'unreadable'];

/** Stacks that are not whole say so, and are counted. */
export function expectAccounted({ stacks, header, end }: RawCapture): void {
  for (const stack of stacks) {
    expect([undefined, ...ends]).toContain(stack.walk_end);
    expect(stack.cut ?? false).toBe(stack.walk_end === 'cut');
    expect(stack.frames.length).toBeLessThanOrEqual(header.limits.max_frames);
    expectPlaces(stack);
  }
  const broken = stacks.filter((stack) => stack.walk_end !== undefined && stack.walk_end !== 'cut');
  const cut = stacks.filter((stack) => stack.walk_end === 'cut');
  const byFramePointer = stacks.filter((stack) => stack.fp_frames !== undefined);
  expect(end.notes.broken_stacks ?? 0).toBe(callsOf(broken));
  expect(end.notes.fp_stacks ?? 0).toBe(callsOf(byFramePointer));
  expect(end.lost.stacks_cut?.calls ?? 0).toBe(callsOf(cut));
}

/** Ascending places in the stack; no probe or its caller needs a frame pointer, and no place of a fault. */
function expectPlaces({ frames, faults, fp_frames }: RawStack): void {
  const known = faults === undefined ? 2 : 1;
  if (fp_frames === undefined) return;
  expect(fp_frames.length).toBeGreaterThan(0);
  expect(fp_frames).toEqual([...new Set(fp_frames)].sort((a, b) => a - b));
  expect(fp_frames.at(-1)).toBeLessThan(frames.length - known);
  expect(fp_frames[0]).toBeGreaterThanOrEqual(0);
}

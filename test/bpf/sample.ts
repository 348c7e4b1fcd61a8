import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** A program that talks by lines, as samples/README.md has it. */
export interface Sample {
  readonly pid: number;
  /** Its next line on stdout; rejects when it ends without. */
  line(): Promise<string>;
  /** Sends a line. */
  tell(text?: string): void;
  /** Closes its stdin, which ends the samples; resolves when it has ended. */
  end(): Promise<void>;
  /** Exit code, or the name of the signal. */
  readonly ended: Promise<number | NodeJS.Signals>;
}

/** Weights are [bytes, calls]. */
export type Pair = readonly [number, number];

/** What a sample says of itself; samples/README.md. */
export interface Truth {
  readonly sites: Readonly<Record<string, { readonly all: Pair; readonly unfreed: Pair }>>;
  readonly indirect: Readonly<
    Record<string, { callers: readonly string[]; all: Pair | null; unfreed: Pair }>
  >;
}

const folder = fileURLToPath(new URL('../../samples/programs/.output/', import.meta.url));

export function sampleFile(name: string): string {
  return `${folder}${name}`;
}

/** Starts a sample and waits until it is ready; the end of the test is its end at the latest. */
export async function startSample(name: string, ...args: readonly string[]): Promise<Sample> {
  const sample = startProgram(sampleFile(name), args);
  const said = await sample.line();
  if (said !== 'ready') throw new Error(`${name} said ${said}`);
  return sample;
}

/** Any other program; the end of the test is its end at the latest. */
export function startProgram(file: string, args: readonly string[]): Sample {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return sampleOf(child);
}

function sampleOf(child: ChildProcessByStdio<Writable, Readable, null>): Sample {
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  // What was told to a program that has ended shows in what it says.
  child.stdin.on('error', () => {});
  const ended = once(child, 'exit').then(([code, signal]) => signal ?? code);
  return {
    pid: child.pid!,
    ended,
    async line() {
      const { value, done } = await lines.next();
      if (done) throw new Error(`${child.spawnfile} ended: ${await ended}`);
      return value;
    },
    tell(text = '') {
      child.stdin.write(`${text}\n`);
    },
    async end() {
      child.stdin.end();
      await ended;
    },
  };
}

export async function truthOf(sample: Sample): Promise<Truth> {
  return JSON.parse(await sample.line());
}

/** All or unfreed of every site together; what nobody knows counts as nothing. */
export function truthTotal({ sites, indirect }: Truth, view: 'all' | 'unfreed'): Pair {
  const weights = [...Object.values(sites), ...Object.values(indirect)].map((site) => site[view]);
  return weights.reduce<Pair>(
    ([bytes, calls], weight) => [bytes + (weight?.[0] ?? 0), calls + (weight?.[1] ?? 0)],
    [0, 0],
  );
}

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

/** Why there is no figure, and what to do about it. How large a figure is never is a failure. */
export class MeasuringFailed extends Error {
  name = 'MeasuringFailed';
}

// With it Node takes as long again to start, whatever it runs.
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;

/** A process that cannot outlive us; `ended` becomes its exit code, or the signal it died of. */
export function startChild(command, args, stdio) {
  const child = spawn(command, args, { stdio, env });
  const kill = () => child.kill('SIGKILL');
  process.on('exit', kill);
  const ended = once(child, 'exit')
    .then(([code, signal]) => code ?? signal)
    .catch((cause) => failToStart(command, cause))
    .finally(() => process.off('exit', kill));
  ended.catch(() => {}); // whoever needs the child waits for it too
  return { child, ended };
}

function failToStart(command, cause) {
  throw new MeasuringFailed(`cannot start ${command}: ${cause.message}`, { cause });
}

/** What a whole run of the command writes, and the milliseconds that it takes. */
export async function outputOf(command, args, input = '') {
  const started = performance.now();
  const { child, ended } = startChild(command, args, ['pipe', 'pipe', 'inherit']);
  child.stdin.on('error', () => {}); // it need not read all
  child.stdin.end(input);
  const output = await text(child.stdout);
  const fate = await ended;
  if (fate !== 0) throw new MeasuringFailed(`${command} ended with ${fate}`);
  return { output, ms: performance.now() - started };
}

/** Ends `process` however it takes. */
export async function kill(process) {
  process.child.kill('SIGKILL');
  await process.ended;
}

/** `promise`, unless the process ends first or `seconds` go by. */
export async function whileRuns({ ended }, promise, { seconds, what }) {
  const timer = new AbortController();
  const late = sleep(seconds * 1000, 'late', { signal: timer.signal });
  late.catch(() => {});
  const first = await Promise.race([
    promise.then((value) => ({ value })),
    ended.then((fate) => ({ why: `it ended with ${fate}` })),
    late.then(() => ({ why: `nothing for ${seconds} s` })),
  ]).finally(() => timer.abort());
  if ('value' in first) return first.value;
  throw new MeasuringFailed(`${what}: ${first.why}`);
}

/** Lines of a stream. Those that come while nobody listens are dropped, so that it never blocks. */
export function linesOf(stream) {
  return createInterface({ input: stream }).on('line', () => {});
}

/** The first line from now on that `wanted` accepts. */
export function nextLine(lines, wanted) {
  return new Promise((resolve) => {
    const look = (line) => {
      if (!wanted(line)) return;
      lines.off('line', look);
      resolve(line);
    };
    lines.on('line', look);
  });
}

import { readdirSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { linesOf, MeasuringFailed, nextLine, startChild, whileRuns } from './children.mjs';
import { COLLECTOR } from './paths.mjs';

/** Traces `pid`, however fast it allocates; returns when every probe is attached. */
export function startCollector(pid, args) {
  return startTracer(COLLECTOR, ['--max-rate', '0', ...args, '-p', `${pid}`]);
}

/** The same for any tracer that says so as the collector does. */
export async function startTracer(command, args) {
  const started = performance.now();
  const process = startChild(command, args, ['ignore', 'pipe', 'pipe']);
  const collector = { ...process, said: [], capture: text(process.child.stdout) };
  const lines = linesOf(process.child.stderr).on('line', (line) => collector.said.push(line));
  const tracing = nextLine(lines, (line) => line.startsWith('Tracing pid'));
  await whileRuns(collector, tracing, { seconds: 30, what: 'the collector' }).catch((cause) =>
    failWith(collector, cause),
  );
  return { ...collector, attachMs: performance.now() - started };
}

/** Ends the trace as Ctrl-C does. `end` is the last line of the capture (bpf/README.md). */
export async function stopCollector(collector) {
  const { capture, ...times } = await stopTracer(collector);
  return { ...times, capture, end: endOf(capture) };
}

/** The same for any tracer; `capture` is all that it wrote. */
export async function stopTracer(collector) {
  const asked = performance.now();
  collector.child.kill('SIGINT');
  const fate = await collector.ended;
  const detachMs = performance.now() - asked;
  if (fate !== 0) failWith(collector, new MeasuringFailed(`the collector ended with ${fate}`));
  return { attachMs: collector.attachMs, detachMs, capture: await collector.capture };
}

function failWith(collector, cause) {
  collector.child.kill('SIGKILL');
  throw new MeasuringFailed([cause.message, ...collector.said].join('; '), { cause });
}

function endOf(capture) {
  const { end } = JSON.parse(capture.trimEnd().split('\n').at(-1));
  if (end === undefined) throw new MeasuringFailed('the capture has no end');
  return end;
}

/** Bytes of memory: resident ones of the process, and what its BPF maps take in the kernel. */
export function memoryOf(collector) {
  const folder = `/proc/${collector.child.pid}`;
  const status = readFileSync(`${folder}/status`, 'utf8');
  const maps = new Map();
  for (const fd of readdirSync(`${folder}/fdinfo`)) {
    const info = readFileSync(`${folder}/fdinfo/${fd}`, 'utf8');
    const id = /^map_id:\s*(\d+)$/m.exec(info)?.[1];
    if (id !== undefined) maps.set(id, Number(/^memlock:\s*(\d+)$/m.exec(info)?.[1]));
  }
  return {
    resident: Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1]) * 1024,
    maps: [...maps.values()].reduce((sum, bytes) => sum + bytes, 0),
  };
}

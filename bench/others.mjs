import { readFileSync } from 'node:fs';
import { kill, MeasuringFailed, startChild } from './children.mjs';
import { becomesSlower, costNow } from './pairs.mjs';
import { onPath } from './paths.mjs';

/** They do not say when they are attached: a pair has become this many times slower. */
const SLOWDOWN = 5;
const PATIENCE_INTERVALS = 50;

/** Other tracers of allocations and frees; each has `command`, and `args` of a pid. */
const TRACERS = [
  { label: 'bpftrace, by hand', command: 'bpftrace', args: bpftraceArgs },
  { label: 'memleak of libbpf-tools', command: 'memleak', args: (pid) => ['-p', `${pid}`, '600'] },
];

/** Those that are installed, as `{ label, measure }`, and a line for each that is not. */
export function installedTracers() {
  const installed = TRACERS.filter(({ command }) => onPath(command) !== undefined);
  const absent = TRACERS.filter((tracer) => !installed.includes(tracer));
  return {
    tracers: installed.map((tracer) => ({
      label: tracer.label,
      measure: (program, untraced) => measureTracer(tracer, program, untraced),
    })),
    absent: absent.map(({ label }) => `${label}: not installed\n`).join(''),
  };
}

/** Nanoseconds per pair while the tracer runs; undefined if it does not trace. */
async function measureTracer({ command, args }, program, untraced) {
  const stdio = ['ignore', 'ignore', 'ignore'];
  const tracer = startChild(onPath(command), args(program.pid), stdio);
  const slower = becomesSlower(program, untraced * SLOWDOWN, PATIENCE_INTERVALS);
  const attached = await Promise.race([slower, tracer.ended.then(() => false)]);
  const cost = attached ? await costNow(program) : undefined;
  await kill(tracer);
  return cost;
}

function bpftraceArgs(pid) {
  const libc = libcOf(pid);
  const script = `
    uprobe:${libc}:malloc { @size[tid] = arg0; }
    uretprobe:${libc}:malloc /@size[tid]/ {
      @all[ustack] = sum(@size[tid]);
      @size_of[retval] = @size[tid];
      @stack_of[retval] = ustack;
      delete(@size[tid]);
    }
    uprobe:${libc}:free { delete(@size_of[arg0]); delete(@stack_of[arg0]); }`;
  return ['-p', `${pid}`, '-e', script];
}

function libcOf(pid) {
  const path = /(\/\S*\/libc\.so\.6)$/m.exec(readFileSync(`/proc/${pid}/maps`, 'utf8'))?.[1];
  if (path === undefined) throw new MeasuringFailed('pairs has no libc.so.6 for bpftrace');
  return path;
}

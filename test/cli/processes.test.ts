import { expect, test } from 'vitest';
import type { Capture } from '../../src/capture.ts';
import { processLines } from '../../src/cli/process-lines.ts';
import { stillRunning, summaryLines } from '../../src/cli/summary.ts';
import { captureOf } from '../fold/captures.ts';

/** A server and so many children of it; each of them has allocated as many bytes as its pid says. */
function family(children: number): Capture {
  const one = captureOf({ stacks: [{ frames: ['main@/bin/x'] }] });
  const server = one.processes[0]!;
  const [first] = one.stacks;
  const pids = Array.from({ length: children }, (_, i) => 2000 + i);
  const workers = pids.map((pid) => ({
    ...server,
    pid,
    name: 'worker',
    parent: server.pid,
    execs: 1,
  }));
  const stacks = pids.map((bytes, i) => ({
    ...first!,
    process: i + 1,
    unfreed: { bytes, calls: 1 },
  }));
  return {
    ...one,
    header: { ...one.header, followForks: true },
    processes: [{ ...server, forks: children }, ...workers],
    stacks: [...one.stacks, ...stacks],
  };
}

test('the largest first, and no more than ten of them', () => {
  expect(processLines(family(2))).toEqual([
    '  2.0 KiB in 1 call  worker (pid 2001, child of 1234)',
    '  2.0 KiB in 1 call  worker (pid 2000, child of 1234)',
    '  100 bytes in 1 call  server (pid 1234)',
  ]);
  const lines = processLines(family(20));
  expect(lines).toHaveLength(11);
  expect(lines[0]).toContain('pid 2019');
  expect(lines[10]).toBe('  19.7 KiB in 11 calls  in all others (11)');
});

test('one process needs no list', () => {
  expect(processLines(captureOf({ stacks: [{ frames: ['main@/bin/x'] }] }))).toEqual([]);
});

test('children are told by their number; that they come and go is not news', () => {
  const lines = summaryLines(family(20));
  expect(lines[0]).toMatch(/^traced server \(pid 1234\), 20 children for/);
  expect(lines.join('\n')).not.toMatch(/replaced itself|not traced/);
  expect(summaryLines(family(1))[0]).toMatch(/^traced server \(pid 1234\), one child for/);
});

test('two ledgers, told apart', () => {
  const capture = captureOf({ stacks: [{ frames: ['main@/bin/x'] }] });
  const weights = {
    mmap: { bytes: 8192, calls: 2 },
    munmapped: { bytes: 4096, calls: 1 },
    mapped: { bytes: 4096, calls: 1 },
  };
  const maps = [{ process: 0, path: 1, ...weights }];
  expect(summaryLines({ ...capture, maps })).toEqual(
    expect.arrayContaining([
      'unfreed    100 bytes in 1 call',
      'mmap       8.0 KiB in 2 calls',
      'munmapped  4.0 KiB in 1 call',
      'mapped     4.0 KiB in 1 call',
    ]),
  );
});

test('what still runs when the trace is over', () => {
  expect(stillRunning(family(3))).toEqual([
    'server (pid 1234) still runs: --kill ends it with the trace',
    '3 children of it still run',
  ]);
  const { processes, ...others } = family(1);
  const [server, child] = processes;
  expect(stillRunning({ ...others, processes: [{ ...server!, state: 'exited' }, child!] })).toEqual(
    ['a child of it still runs'],
  );
});

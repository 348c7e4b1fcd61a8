import { readFileSync } from 'node:fs';
import { kill, linesOf, MeasuringFailed, nextLine, startChild, whileRuns } from './children.mjs';
import { memoryOf, startCollector, stopCollector } from './collector.mjs';
import { median, mib, ns, spread, table } from './figures.mjs';
import { becomesSlower, costNow, startTouching, stopPairs } from './pairs.mjs';
import { FILL, FILL_ASAN, isExecutable, onPath } from './paths.mjs';

/** With those of libc and of depth.c they make 16 frames. */
const FUNCTIONS = 10;
/** Times an untraced fault. */
const GOAL = 1.3;
const PERF_SLOWDOWN = 1.3;
const PATIENCE_INTERVALS = 50;
const PATIENCE_SECONDS = 120;

/** Rounds of: untraced, an empty program at the same tracepoints, ours, ours by perf events, perf. */
export async function measureFaults(rounds, progress) {
  const program = await startTouching(FUNCTIONS);
  const results = [];
  for (let round = 0; round < rounds; round++) {
    progress(`page faults, round ${round + 1} of ${rounds}`);
    results.push(await measureRound(program));
  }
  await stopPairs(program);
  return results;
}

async function measureRound(program) {
  const untraced = await costNow(program);
  const empty = await measureTraced(program, ['--floor']);
  const ours = await measureTraced(program, []);
  const events = await measureTraced(program, ['--fault-source', 'perf']);
  const perf = onPath('perf') && (await measurePerf(program, untraced));
  if (ours.frames !== 16) throw new MeasuringFailed(`stacks have ${ours.frames} frames, not 16`);
  return { untraced, empty: empty.ns, ours: ours.ns, events: events.ns, perf };
}

async function measureTraced(program, args) {
  const collector = await startCollector(program.pid, ['--faults', ...args]);
  const cost = await costNow(program);
  const { capture } = await stopCollector(collector);
  return { ns: cost, frames: framesOf(capture) };
}

/** Of the stack with most faults; 0 when there is none. */
function framesOf(capture) {
  const lines = capture
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const stacks = lines.filter(({ stack }) => stack !== undefined);
  stacks.sort((a, b) => b.faults - a.faults);
  return stacks[0]?.frames.length ?? 0;
}

/** It does not say when it is attached. */
async function measurePerf(program, untraced) {
  const args = ['record', '-o', '/dev/null', '-e', 'page-faults', '-c', '1', '-g'];
  const perf = startChild(
    onPath('perf'),
    [...args, '-p', `${program.pid}`],
    ['ignore', 'ignore', 'ignore'],
  );
  const slower = becomesSlower(program, untraced * PERF_SLOWDOWN, PATIENCE_INTERVALS);
  const attached = await Promise.race([slower, perf.ended.then(() => false)]);
  const cost = attached ? await costNow(program) : undefined;
  await kill(perf);
  return cost;
}

export function faultsTable(results) {
  const perf = results.map((round) => round.perf);
  const row = (label, key) => [
    label,
    ns(median(results.map((round) => round[key]))),
    spread(
      results.map((round) => round[key] / round.untraced),
      2,
    ),
  ];
  const ratio = median(results.map((round) => round.ours / round.untraced));
  return table([
    ['', 'ns', 'times untraced', 'goal', ''],
    ['untraced', ns(median(results.map((round) => round.untraced))), '', '', ''],
    [...row('empty program', 'empty'), '', ''],
    [...row('--faults', 'ours'), `${GOAL}`, ratio <= GOAL ? 'ok' : 'MISSED'],
    [...row('--faults --fault-source perf', 'events'), '', ''],
    perf.includes(undefined)
      ? ['perf record -e page-faults -c 1 -g', 'not installed', '', '', '']
      : [
          ...row('perf record -e page-faults -c 1 -g', 'perf'),
          'above --faults',
          perfVerdict(results),
        ],
  ]);
}

function perfVerdict(results) {
  return results.every(({ perf, ours }) => perf > ours) ? 'ok' : 'MISSED';
}

/** Targets with much memory, and with many addresses. */
export async function measureResidency(progress) {
  const targets = [
    { label: '4 GiB, small pages', command: FILL, mebibytes: 4096 },
    { label: '64 MiB, AddressSanitizer', command: FILL_ASAN, mebibytes: 64 },
  ];
  const results = [];
  for (const target of targets.filter(({ command }) => isExecutable(command))) {
    progress(target.label);
    results.push({ ...target, ...(await measureTarget(target)) });
  }
  return results;
}

async function measureTarget({ command, mebibytes }) {
  const program = startChild(command, [`${mebibytes}`], ['pipe', 'pipe', 'inherit']);
  const lines = linesOf(program.child.stdout);
  const hear = () =>
    whileRuns(
      program,
      nextLine(lines, () => true),
      { seconds: PATIENCE_SECONDS, what: 'fill' },
    );
  await hear();
  const collector = await startCollector(program.child.pid, ['--faults']);
  const filled = hear();
  program.child.stdin.write('go\n');
  await filled;
  const memory = memoryOf(collector);
  const reserved = virtualBytes(program.child.pid);
  const { attachMs, detachMs, end } = await stopCollector(collector);
  await kill(program);
  return { reserved, memory, attachMs, detachMs, faults: end.faults.user };
}

function virtualBytes(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmSize:\s*(\d+) kB$/m.exec(status)[1]) * 1024;
}

export function residencyTable(results) {
  return table([
    [
      '',
      'addresses, GiB',
      'faults',
      'attach ms',
      'end ms',
      'collector, resident MiB',
      'BPF maps, MiB',
    ],
    ...results.map(({ label, reserved, faults, attachMs, detachMs, memory }) => [
      label,
      (reserved / 2 ** 30).toFixed(0),
      `${faults}`,
      attachMs.toFixed(0),
      detachMs.toFixed(0),
      mib(memory.resident),
      mib(memory.maps),
    ]),
  ]);
}

import { kill, linesOf, nextLine, startChild, whileRuns } from './children.mjs';
import { median } from './figures.mjs';
import { DEPTH, PAIRS } from './paths.mjs';

/** Longer than any measurement: it is killed when we are through. */
const SECONDS = 600;
/** The interval in which a probe came or went, and one that the pipe may have held back meanwhile. */
const MIXED_INTERVALS = 2;
const INTERVALS = 5;
const COST = /^[0-9]+\.[0-9]$/;

/** The program that allocates and frees 64 bytes over and over, in each of `threads` threads. */
export function startPairs(threads) {
  return startProgram(PAIRS, threads);
}

/** The program that does it under `functions` functions of its own. */
export function startDepth(functions) {
  return startProgram(DEPTH, functions);
}

/** The program that touches new pages there. Its figures are nanoseconds per page. */
export function startTouching(functions) {
  return startProgram(DEPTH, functions, 'faults');
}

async function startProgram(command, ...args) {
  const process = startChild(
    command,
    [`${SECONDS}`, ...args.map(String)],
    ['ignore', 'pipe', 'inherit'],
  );
  const program = { ...process, pid: process.child.pid, lines: linesOf(process.child.stdout) };
  await nextInterval(program);
  return program;
}

export function stopPairs(program) {
  return kill(program);
}

/** Nanoseconds per pair and thread, of the next tenth of a second. */
async function nextInterval(program) {
  const line = nextLine(program.lines, (text) => COST.test(text));
  return Number(await whileRuns(program, line, { seconds: 10, what: 'pairs' }));
}

/** Nanoseconds per pair and thread from now on: the median over half a second. */
export async function costNow(program) {
  const costs = [];
  for (let i = 0; i < MIXED_INTERVALS; i++) await nextInterval(program);
  for (let i = 0; i < INTERVALS; i++) costs.push(await nextInterval(program));
  return median(costs);
}

/** Waits until a pair takes more than `nanoseconds`; false if it does not for `intervals`. */
export async function becomesSlower(program, nanoseconds, intervals) {
  for (let i = 0; i < intervals; i++) {
    if ((await nextInterval(program)) > nanoseconds) return true;
  }
  return false;
}

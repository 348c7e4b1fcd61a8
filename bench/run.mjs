import { availableParallelism } from 'node:os';
import { MeasuringFailed } from './children.mjs';
import { attachTable, costTable, doubts, measureCost } from './cost.mjs';
import { diffTable, measureDiff } from './diff.mjs';
import { faultsTable, measureFaults, measureResidency, residencyTable } from './faults.mjs';
import { measureMemory, memoryTable } from './memory.mjs';
import { measureNames, namesTable } from './names.mjs';
import { installedTracers } from './others.mjs';
import { measurePages, pagesTable } from './pages.mjs';
import {
  COLLECTOR,
  DEPTH,
  FILL,
  isExecutable,
  isReadable,
  KERNEL_WALK,
  LIVE,
  MEMSTACKS,
  NAMES,
  PAIRS,
  TABLES,
} from './paths.mjs';
import { measureRender, renderTables } from './render.mjs';
import { measureTables, tablesTable } from './tables.mjs';
import { measureThreads, threadsTable } from './threads.mjs';
import { measureWalks, walkTable } from './walks.mjs';

const ROUNDS = {
  oneThread: 7,
  moreThreads: 2,
  faults: 7,
  walks: 5,
  tables: 5,
  names: 5,
  render: 5,
  diff: 3,
  pages: 5,
};
const ONE_ROUND = {
  oneThread: 1,
  moreThreads: 1,
  faults: 1,
  walks: 1,
  tables: 1,
  names: 1,
  render: 1,
  diff: 1,
  pages: 1,
};
const LIVE_BLOCKS = [200_000, 10_000_000];

function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`bench: ${text}\n`);
}

function section(title, text) {
  process.stdout.write(`${title}\n\n${text.replace(/^(?=.)/gm, '  ')}\n`);
}

function requireBuilt() {
  for (const [path, command] of [
    [COLLECTOR, 'make -C bpf'],
    [PAIRS, 'make -C samples/programs'],
    [DEPTH, 'make -C samples/programs'],
    [FILL, 'make -C samples/programs'],
    [LIVE, 'make -C samples/programs'],
    [KERNEL_WALK, 'make -C bench'],
    [TABLES, 'make -C bench'],
    [NAMES, 'make -C bench'],
  ]) {
    if (!isExecutable(path)) throw new MeasuringFailed(`${path} is missing: run ${command}`);
  }
}

async function benchTracing(rounds) {
  const { tracers, absent } = installedTracers();
  const one = await measureCost({
    threads: 1,
    rounds: rounds.oneThread,
    others: tracers,
    progress,
  });
  section(
    `Nanoseconds per malloc(64)/free, one thread (rounds: ${rounds.oneThread})`,
    costTable(one, tracers, true) + absent + doubts(one),
  );
  const all = await measureThreads(one, { rounds: rounds.moreThreads, progress });
  section(
    `The same in each of several threads, on ${availableParallelism()} processors (rounds: ${rounds.moreThreads})`,
    threadsTable(all),
  );
  section('From start to attached, and from Ctrl-C to the end', attachTable(one));
  const memory = [];
  for (const blocks of LIVE_BLOCKS) {
    progress(`live blocks: ${blocks}`);
    memory.push(await measureMemory(blocks));
  }
  section('Memory, and cost beside live blocks (default mode)', memoryTable(memory));
}

async function benchFaults(rounds) {
  section(
    `Nanoseconds per page fault, under 16 frames (rounds: ${rounds.faults})`,
    faultsTable(await measureFaults(rounds.faults, progress)),
  );
  section('Residency: large targets', residencyTable(await measureResidency(progress)));
}

async function benchStacks(rounds) {
  section(
    `Nanoseconds per stack, by the functions on it (rounds: ${rounds.walks})`,
    walkTable(await measureWalks(rounds.walks, progress)),
  );
  section('Unwind tables', tablesTable(await measureTables(rounds.tables, progress)));
  section('Names', namesTable(await measureNames(rounds.names, progress)));
}

async function benchRender(rounds) {
  const title = `Stacks to SVG, whole processes, on ${availableParallelism()} processors (rounds: ${rounds.render})`;
  if (!isReadable(MEMSTACKS)) section(title, 'skipped: dist is not built, run npm run build\n');
  else section(title, renderTables(await measureRender(rounds.render, progress)));
}

async function benchDiff(rounds) {
  const title = `Two runs compared, whole processes (rounds: ${rounds.diff})`;
  if (!isReadable(MEMSTACKS)) section(title, 'skipped: dist is not built, run npm run build\n');
  else section(title, diffTable(await measureDiff(rounds.diff, progress)));
}

async function benchPages(rounds) {
  const title = `Pictures in Chromium: load and answer, milliseconds (rounds: ${rounds.pages})`;
  if (!isReadable(MEMSTACKS)) section(title, 'skipped: dist is not built, run npm run build\n');
  else section(title, pagesTable(await measurePages(rounds.pages, progress)));
}

const KNOWN = ['--quick', '--render'];

async function main(args) {
  const unknown = args.find((arg) => !KNOWN.includes(arg));
  if (unknown !== undefined)
    throw new MeasuringFailed(
      `unknown argument ${unknown}: known are --quick (one round) and --render (pictures only)`,
    );
  const rounds = args.includes('--quick') ? ONE_ROUND : ROUNDS;
  if (!args.includes('--render')) {
    requireBuilt();
    await benchTracing(rounds);
    await benchFaults(rounds);
    await benchStacks(rounds);
  }
  await benchRender(rounds);
  await benchDiff(rounds);
  await benchPages(rounds);
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));
try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof MeasuringFailed)) throw error;
  process.stderr.write(`bench: ${error.message}\n`);
  process.exit(1);
}

import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collapsedStacks } from './collapsed-input.mjs';
import { table } from './figures.mjs';
import { MEMSTACKS, onPath } from './paths.mjs';
import { measureCommands, writeInput } from './whole-process.mjs';

const LINES = 1_000_000;
const SEEDS = [20_260_101, 20_260_102];
/** Both inputs, and what is made of them. */
const ROOM = 5e9;
const INFERNO = 'inferno-diff-folded';
/** Measured before on 2 processors at 2.5 GHz: for where the program itself is not on the machine. */
const ELSEWHERE = { label: `${INFERNO} (elsewhere)`, ms: 9800, mb: 1400 };
const GOAL = { ms: 4900, mb: 500 };

/** Times whole processes that compare two files of collapsed stacks; undefined where the disk lacks room. */
export async function measureDiff(rounds, progress) {
  const folder = mkdtempSync(join(tmpdir(), 'memstacks-bench-'));
  const tidy = () => rmSync(folder, { recursive: true, force: true });
  process.on('exit', tidy);
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < ROOM ? undefined : await measureIn(folder, { rounds, progress });
  } finally {
    tidy();
    process.off('exit', tidy);
  }
}

async function measureIn(folder, { rounds, progress }) {
  progress('two files of 1,000,000 lines: making them');
  const inputs = SEEDS.map((_, index) => join(folder, `input-${index}`));
  for (const [index, path] of inputs.entries())
    writeInput(path, collapsedStacks(LINES, SEEDS[index]));
  return measureCommands(commandsFor(inputs), {
    rounds,
    output: join(folder, 'output'),
    onRound: (round) => progress(`two files of 1,000,000 lines, round ${round} of ${rounds}`),
  });
}

function commandsFor(inputs) {
  const ours = [process.execPath, MEMSTACKS, 'diff', ...inputs];
  return [
    { label: 'memstacks diff', line: ours },
    { label: 'memstacks diff -f', line: [...ours, '-f'] },
    ...(onPath(INFERNO) ? [{ label: INFERNO, line: [INFERNO, ...inputs] }] : []),
    { label: 'cat', line: ['cat', ...inputs] },
  ];
}

/** The table of `measureDiff`, with the goal of each of ours. */
export function diffTable(results) {
  if (results === undefined) return `skipped: ${tmpdir()} has not the 5 GB that they need\n`;
  const isThere = results.some(({ label }) => label === INFERNO);
  const goal = `${GOAL.ms} ms, ${GOAL.mb} MB`;
  return table([
    ['two files of 1,000,000 lines', 'ms', 'peak MB', 'goal'],
    ...[...results, ...(isThere ? [] : [ELSEWHERE])].map(({ label, ms, mb }) => [
      label,
      ms.toFixed(0),
      mb.toFixed(0),
      label.startsWith('memstacks') ? goal : '',
    ]),
  ]);
}

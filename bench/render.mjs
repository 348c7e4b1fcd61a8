import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MeasuringFailed, startChild } from './children.mjs';
import { collapsedStacks } from './collapsed-input.mjs';
import { median, table } from './figures.mjs';
import { MEMSTACKS, onPath } from './paths.mjs';

const LINES = 100_000;
const SEED = 20_260_101;

/** Times whole processes that read a large collapsed file. Ours comes first. */
export async function measureRender(rounds, progress) {
  const folder = mkdtempSync(join(tmpdir(), 'memstacks-bench-'));
  const tidy = () => rmSync(folder, { recursive: true, force: true });
  process.on('exit', tidy);
  const input = join(folder, 'input.folded');
  writeFileSync(input, collapsedStacks(LINES, SEED));
  const commands = commandsFor(input).map((command) => ({ ...command, ms: [] }));
  for (let round = 0; round < rounds; round++) {
    progress(`render, round ${round + 1} of ${rounds}`);
    for (const command of commands) command.ms.push(await timeOf(command, join(folder, 'output')));
  }
  const bytes = statSync(input).size;
  tidy();
  process.off('exit', tidy);
  return { bytes, commands };
}

function commandsFor(input) {
  const foreign = ['flamegraph.pl', 'inferno-flamegraph'].filter((name) => onPath(name));
  return [
    { label: 'memstacks render', line: [process.execPath, MEMSTACKS, 'render', input] },
    { label: 'wc -l', line: ['wc', '-l', input] },
    { label: 'node -e 0', line: [process.execPath, '-e', '0'], silent: true },
    ...foreign.map((name) => ({ label: name, line: [name, input] })),
  ];
}

/** Milliseconds from start to exit, the output going to a file. */
async function timeOf({ label, line, silent }, output) {
  const fd = openSync(output, 'w');
  const started = performance.now();
  const { ended } = startChild(line[0], line.slice(1), ['ignore', fd, 'ignore']);
  const fate = await ended;
  const ms = performance.now() - started;
  closeSync(fd);
  if (fate !== 0) throw new MeasuringFailed(`${label} ended with ${fate}`);
  if (!silent && statSync(output).size === 0) throw new MeasuringFailed(`${label} wrote nothing`);
  return ms;
}

/** The table of `measureRender`: how often ours would fit into, or contains, each of the others. */
export function renderTable({ bytes, commands }) {
  const ours = median(commands[0].ms);
  const rows = commands.map(({ label, ms }) => [
    label,
    median(ms).toFixed(0),
    (ours / median(ms)).toFixed(2),
  ]);
  const size = `${LINES} lines, ${(bytes / 1e6).toFixed(0)} MB`;
  return table([[size, 'ms', 'render takes x times that'], ...rows]);
}

import { closeSync, fsyncSync, openSync, statSync, writeSync } from 'node:fs';
import { MeasuringFailed } from './children.mjs';
import { median } from './figures.mjs';
import { runOf } from './process-run.mjs';

/** Writes a file in chunks, to the disk: the kernel holds up who writes while much is still to go there. */
export function writeInput(path, chunks) {
  const fd = openSync(path, 'w');
  for (const chunk of chunks) writeSync(fd, chunk);
  fsyncSync(fd);
  closeSync(fd);
}

/**
 * Runs commands, whole processes, in turn, `rounds` times: the medians of milliseconds and megabytes at
 * most, with each one's label. Throws MeasuringFailed for one that fails or writes nothing to `output`.
 */
export async function measureCommands(commands, { rounds, output, onRound }) {
  const runs = commands.map(() => []);
  for (let round = 0; round < rounds; round++) {
    onRound(round + 1);
    for (const [i, command] of commands.entries()) runs[i].push(await measured(command, output));
  }
  return commands.map(({ label }, i) => ({ label, ...medians(runs[i]) }));
}

async function measured({ label, line, isSilent }, output) {
  const run = await runOf(line, output);
  if (run.fate !== 0) throw new MeasuringFailed(`${label} ended with ${run.fate}`);
  if (!isSilent && statSync(output).size === 0) throw new MeasuringFailed(`${label} wrote nothing`);
  return run;
}

function medians(runs) {
  return { ms: median(runs.map(({ ms }) => ms)), mb: median(runs.map(({ mb }) => mb)) };
}

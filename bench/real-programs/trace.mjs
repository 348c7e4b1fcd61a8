import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MEMSTACKS } from '../paths.mjs';
import { qualityOf } from './quality.mjs';
import { failure, fateOf, startOn } from './stage.mjs';

const SECONDS = '4';

export const MODES = [
  { label: 'default', args: [] },
  { label: '-a', args: ['-a'] },
];

/** Traces for a few seconds; `target` has `pids` or a `command`. */
export async function traceOn(stage, target, mode) {
  const file = join(stage.folder, `${mode.label}.capture`);
  const args = [
    MEMSTACKS,
    ...targetArgs(target),
    SECONDS,
    '--max-rate',
    '0',
    ...mode.args,
    '-o',
    file,
  ];
  const fate = await fateOf(startOn(stage, process.execPath, args));
  // The exit code of a command that is killed at the end is passed on.
  if (!existsSync(file)) throw failure(stage, `memstacks ended with ${fate}`);
  return qualityOf(readFileSync(file, 'utf8'));
}

function targetArgs({ pids, command }) {
  return command === undefined ? ['-p', pids.join(',')] : ['-c', command, '--kill'];
}

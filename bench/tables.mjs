import { realpathSync } from 'node:fs';
import { outputOf } from './children.mjs';
import { spread, table } from './figures.mjs';
import { isReadable, TABLES } from './paths.mjs';

/** Files with large tables, where they are installed. */
const FILES = [
  '/usr/lib/x86_64-linux-gnu/libc.so.6',
  '/usr/lib/x86_64-linux-gnu/libstdc++.so.6',
  '/usr/bin/python3.11',
  process.execPath,
  '/usr/lib/x86_64-linux-gnu/libLLVM-14.so.1',
];

/** What making the unwind table of each file takes, each time in a process of its own. */
export async function measureTables(rounds, progress) {
  const files = FILES.filter(isReadable);
  const results = files.map((file) => ({ file: realpathSync(file), runs: [] }));
  for (let round = 0; round < rounds; round++) {
    progress(`unwind tables, round ${round + 1} of ${rounds}`);
    for (const { file, runs } of results)
      runs.push(JSON.parse((await outputOf(TABLES, [file])).output));
  }
  return results;
}

/** The table of `measureTables`. */
export function tablesTable(results) {
  const rows = results.map(({ file, runs }) => {
    const { rows, rules, bytes } = runs[0];
    return [
      file,
      `${rows}`,
      `${rules}`,
      (bytes / 1024).toFixed(0),
      (bytes / rows).toFixed(1),
      spread(
        runs.map(({ ms }) => ms),
        1,
      ),
    ];
  });
  return table([
    ['file', 'rows', 'rules', 'KiB', 'bytes a row', 'ms (lowest to highest)'],
    ...rows,
  ]);
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runOn } from './stage.mjs';

const CC1 = '/usr/lib/gcc/x86_64-linux-gnu/12/cc1';

/** Traced from its first instruction, with what its libraries do before main. */
export const compiler = {
  name: 'gcc',
  variant: 'cc1 -O2',
  packages: ['cpp-12'],
  async start({ folder }) {
    const file = join(folder, 'many.c');
    writeFileSync(file, Array.from({ length: 3000 }, (_, number) => functionText(number)).join(''));
    return { command: `${CC1} -O2 -quiet ${file} -o /dev/null` };
  },
};

function functionText(number) {
  return `int f${number}(int n) {
    int sums[10] = { 0 };
    for (int i = 0; i < n; i++) sums[i % 10] += n * ${number};
    return sums[n % 10];
  }\n`;
}

/** A short run with threads, traced from its first instruction. */
export const git = {
  name: 'git',
  variant: 'repack',
  packages: ['git'],
  async start(stage) {
    const repository = join(stage.folder, 'repository');
    mkdirSync(repository);
    const own = ['-C', repository, '-c', 'user.name=bench', '-c', 'user.email=bench@localhost'];
    const run = (...args) => runOn(stage, 'git', [...own, ...args]);
    await run('init', '-q');
    for (let version = 0; version < 5; version++) {
      writeFiles(repository, version);
      await run('add', '.');
      await run('commit', '-qm', `version ${version}`);
    }
    return { command: `git -C ${repository} -c pack.threads=2 repack -adfq` };
  },
};

function writeFiles(folder, version) {
  for (let file = 0; file < 300; file++)
    writeFileSync(join(folder, `${file}`), `file ${file}, version ${version}\n`.repeat(file));
}

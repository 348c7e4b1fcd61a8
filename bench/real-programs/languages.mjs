import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { asNobody, runOn, startOn } from './stage.mjs';
import { work } from './work.mjs';

const WARM_UP_MS = 1500;
/** Until HotSpot's second compiler has had its turn. */
const JAVA_WARM_UP_MS = 5000;
const JAVA = '/usr/lib/jvm/java-17-openjdk-amd64/bin';

/** A program that runs until it is killed. */
async function startWork(stage, [command, ...args], warmUpMs = WARM_UP_MS) {
  const { child } = startOn(stage, ...asNobody(command, args));
  await sleep(warmUpMs);
  return { pids: [child.pid] };
}

export const python = {
  name: 'Python',
  packages: ['python3.11'],
  start: (stage) => startWork(stage, ['/usr/bin/python3.11', work('work.py')]),
};

export const node = {
  name: 'Node',
  packages: [],
  version: process.versions.node,
  start: (stage) => startWork(stage, [process.execPath, work('work.mjs')]),
};

export const ruby = {
  name: 'Ruby',
  packages: ['ruby3.1'],
  start: (stage) => startWork(stage, ['/usr/bin/ruby3.1', work('work.rb')]),
};

export const perl = {
  name: 'Perl',
  packages: ['perl'],
  start: (stage) => startWork(stage, ['/usr/bin/perl', work('work.pl')]),
};

/** Its own pool takes memory by mmap; without it malloc serves everything. */
export const php = {
  name: 'PHP',
  packages: ['php8.2-cli'],
  start: (stage) =>
    startWork(stage, ['env', 'USE_ZEND_ALLOC=0', '/usr/bin/php8.2', work('work.php')]),
};

export const java = javaWith('-XX:-PreserveFramePointer');
export const javaWithFrames = {
  ...javaWith('-XX:+PreserveFramePointer'),
  variant: 'with frame pointers',
};

function javaWith(option) {
  return {
    name: 'Java',
    packages: ['openjdk-17-jdk-headless'],
    async start(stage) {
      const [javac, compiled] = [join(JAVA, 'javac'), ['-d', stage.folder, work('Work.java')]];
      await runOn(stage, ...asNobody(javac, compiled));
      const run = [join(JAVA, 'java'), option, '-cp', stage.folder, 'Work'];
      return startWork(stage, run, JAVA_WARM_UP_MS);
    },
  };
}

import { chromium } from './chromium.mjs';
import { compiler, git } from './commands.mjs';
import { mariadb, postgresql, redis } from './databases.mjs';
import { java, javaWithFrames, node, perl, php, python, ruby } from './languages.mjs';
import { nginx } from './servers.mjs';

/**
 * Each has a `name`, the Debian `packages` that it needs, and a `start` that gives what to trace: the
 * `pids` of processes that run, or a `command`. Its `version` is that of its first package, if it names none;
 * a `variant` tells programs of one name apart.
 */
export const PROGRAMS = [
  redis,
  mariadb,
  postgresql,
  nginx,
  python,
  ruby,
  perl,
  php,
  node,
  chromium,
  java,
  javaWithFrames,
  compiler,
  git,
];

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { asNobody, runOn, startOn, untilReady } from './stage.mjs';
import { work } from './work.mjs';

const WARM_UP_MS = 1000;

export const redis = {
  name: 'Redis',
  packages: ['redis-server', 'redis-tools'],
  async start(stage) {
    const socket = join(stage.folder, 'socket');
    const own = ['--dir', stage.folder, '--save', '', '--port', '0', '--unixsocket', socket];
    const server = startOn(stage, ...asNobody('redis-server', own));
    await untilReady(stage, server, () => existsSync(socket));
    const tests = 'set,get,lpush,hset,zadd,mset,lrange_100';
    const load = ['-s', socket, '-q', '-n', '1000000000', '-c', '8', '-r', '10000', '-d', '100'];
    startOn(stage, 'redis-benchmark', [...load, '-t', tests]);
    await sleep(WARM_UP_MS);
    return { pids: [server.child.pid] };
  },
};

export const mariadb = {
  name: 'MariaDB',
  packages: ['mariadb-server', 'mariadb-client'],
  async start(stage) {
    const [data, socket] = ['data', 'socket'].map((name) => join(stage.folder, name));
    const own = ['--no-defaults', `--datadir=${data}`];
    const fresh = [...own, '--auth-root-authentication-method=normal', '--skip-test-db'];
    await runOn(stage, ...asNobody('mariadb-install-db', fresh));
    const alone = [...own, `--socket=${socket}`, '--skip-networking'];
    const server = startOn(stage, ...asNobody('/usr/sbin/mariadbd', alone));
    await untilReady(stage, server, () => existsSync(socket));
    const client = ['--no-defaults', '-S', socket, '-u', 'root', '-c', '4', '-i', '1000000'];
    const load = ['-a', '--auto-generate-sql-load-type=mixed', '--number-of-queries=2000'];
    startOn(stage, 'mariadb-slap', [...client, ...load]);
    await sleep(WARM_UP_MS);
    return { pids: [server.child.pid] };
  },
};

const POSTGRESQL = '/usr/lib/postgresql/15/bin';
const PORT = '5432'; // of a socket in the folder; nothing listens on the network

export const postgresql = {
  name: 'PostgreSQL',
  packages: ['postgresql-15', 'postgresql-client-15'],
  async start(stage) {
    const data = join(stage.folder, 'data');
    const fresh = ['-D', data, '-A', 'trust', '-U', 'postgres', '--no-sync'];
    await runOn(stage, ...asNobody(join(POSTGRESQL, 'initdb'), fresh));
    const own = ['-D', data, '-k', stage.folder, '-p', PORT, '-c', 'listen_addresses='];
    const [command, args] = asNobody(join(POSTGRESQL, 'postgres'), own);
    const server = startOn(stage, command, args, 'SIGINT');
    await untilReady(stage, server, () => backendsOf(stage) !== undefined);
    await loadPostgresql(stage);
    await sleep(WARM_UP_MS);
    return { pids: backendsOf(stage) };
  },
};

const connection = ({ folder }) => ['-h', folder, '-p', PORT, '-U', 'postgres'];

async function loadPostgresql(stage) {
  const pgbench = join(POSTGRESQL, 'pgbench');
  await runOn(stage, pgbench, [...connection(stage), '-i', '-q', 'postgres']);
  const load = ['-n', '-T', '600', '-c', '2', '-f', work('queries.sql'), 'postgres'];
  startOn(stage, pgbench, [...connection(stage), ...load]);
}

/** The processes that serve the load; undefined while the server does not answer. */
function backendsOf(stage) {
  const query = "select pid from pg_stat_activity where application_name = 'pgbench'";
  const args = [...connection(stage), '-Atc', query, 'postgres'];
  const { status, stdout } = spawnSync(join(POSTGRESQL, 'psql'), args, { encoding: 'utf8' });
  return status === 0 ? stdout.split('\n').filter(Boolean).map(Number) : undefined;
}

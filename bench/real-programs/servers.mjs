import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { asNobody, runOn, startOn, untilReady } from './stage.mjs';
import { work } from './work.mjs';

const LOAD = fileURLToPath(new URL('../../scripts/load-server.mjs', import.meta.url));
const PAGES = 200; // as many as the load asks for
const WARM_UP_MS = 1000;

export const nginx = {
  name: 'nginx',
  packages: ['nginx', 'openssl'],
  async start(stage) {
    writePages(stage.folder);
    await makeCertificate(stage);
    const ports = { http: await freePort(), https: await freePort() };
    const file = join(stage.folder, 'nginx.conf');
    writeFileSync(file, configuration(stage.folder, ports));
    const own = ['-c', file, '-p', stage.folder, '-e', 'stderr'];
    const server = startOn(stage, ...asNobody('/usr/sbin/nginx', own));
    await untilReady(stage, server, () => answers(ports.https));
    startOn(stage, process.execPath, [LOAD, `${ports.http}`]);
    startOn(stage, process.execPath, [work('load-tls.mjs'), `${ports.https}`]);
    await sleep(WARM_UP_MS);
    return { pids: [server.child.pid] };
  },
};

function writePages(folder) {
  mkdirSync(join(folder, 'www'));
  for (let page = 0; page < PAGES; page++)
    writeFileSync(join(folder, 'www', `page-${page}`), `page ${page}, and so on\n`.repeat(200));
}

function makeCertificate(stage) {
  const files = ['-keyout', join(stage.folder, 'key'), '-out', join(stage.folder, 'certificate')];
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost'];
  const [command, args] = asNobody('openssl', [...made, ...files]);
  return runOn(stage, command, args);
}

/** One process, so that nothing is left when it is killed. */
function configuration(folder, { http, https }) {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `daemon off; master_process off; pid ${folder}/pid;
    events { worker_connections 64; }
    http {
      access_log off; root ${folder}/www; keepalive_requests 100000000; gzip on; gzip_types *;
      ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
      server { listen 127.0.0.1:${http}; }
      server {
        listen 127.0.0.1:${https} ssl;
        ssl_certificate ${folder}/certificate; ssl_certificate_key ${folder}/key;
      }
    }`;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

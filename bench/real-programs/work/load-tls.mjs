// Asks a TLS server for pages, each over a connection of its own, until it is killed:
//     node load-tls.mjs PORT
import { get } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';

const port = Number(process.argv[2]);

function visit(path) {
  return new Promise((resolve, reject) => {
    get({ port, path, agent: false, rejectUnauthorized: false }, (response) => {
      response.resume().on('end', resolve);
    }).on('error', reject);
  });
}

for (let turn = 0; ; turn++) {
  await visit(`/page-${turn % 200}`);
  await sleep(2);
}

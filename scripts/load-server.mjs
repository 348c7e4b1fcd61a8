// Sends requests to the sample server until it is told to stop by SIGTERM, then says how many:
//     node scripts/load-server.mjs PORT
// Few visitors look at few pages, so that a server without a leak needs little memory.
import { Agent, get } from 'node:http';

const clients = 8;
const visitors = 50;
const pages = 200;
const pauseMs = 2;

const port = Number(process.argv[2]);
const agent = new Agent({ keepAlive: true, maxSockets: clients });
let stopped = false;
let answered = 0;

process.on('SIGTERM', () => {
  stopped = true;
});
await Promise.all(Array.from({ length: clients }, (_, client) => visit(client)));
agent.destroy();
console.log(answered);

async function visit(client) {
  for (let turn = client; !stopped; turn += clients) {
    await request(`/page-${turn % pages}`, `session=visitor-${turn % visitors}`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** A server that has gone ends the load, too. */
function request(path, cookie) {
  return new Promise((resolve) => {
    get({ port, path, agent, headers: { cookie } }, (response) => {
      response.resume().on('end', () => resolve(answered++));
    }).on('error', (error) => {
      if (!stopped) console.error(`load: ${error.message}`);
      stopped = true;
      resolve();
    });
  });
}

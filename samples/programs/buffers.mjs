// Keeps buffers of 1 MB: "ready", a line, as many buffers as were asked for, "done", a line.
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const kept = [];
const lines = createInterface(process.stdin);

function keep() {
  kept.push(Buffer.alloc(1 << 20, 1));
}

console.log('ready');
await once(lines, 'line');
for (let i = 0; i < Number(process.argv[2]); i++) keep();
console.log('done');
lines.once('line', () => process.exit());

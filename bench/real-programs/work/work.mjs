// JSON, Buffers, streams of zlib and crypto, regular expressions and new code for the compiler.
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { deflateSync, inflateSync } from 'node:zlib';

const nested = (depth) =>
  depth === 0 ? null : { [`level ${depth}`]: [1.5, 'x'.repeat(500), nested(depth - 1)] };

function pages() {
  for (let page = 0; page < 50; page++) {
    const text = JSON.stringify(nested(8));
    const buffer = Buffer.from(JSON.stringify(JSON.parse(text)));
    Buffer.concat([buffer, Buffer.alloc(20_000 + page)]).toString('base64');
    new Float64Array(1000 + page).fill(page);
  }
}

function turn(number) {
  pages();
  const packed = deflateSync(Buffer.alloc(5000, 'ab'));
  createHash('sha256').update(inflateSync(packed)).update(randomBytes(500)).digest('hex');
  structuredClone(nested(4));
  readFileSync(new URL(import.meta.url), 'utf8').replace(/x+/gi, 'y');
  new Function('a', `return a + ${number}`)(1);
  setImmediate(turn, number + 1);
}

turn(0);

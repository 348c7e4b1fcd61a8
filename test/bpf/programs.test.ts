import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Workplace } from '../cli/program.ts';
import { describeTracing } from './needs-bpf.ts';
import { startProgram } from './sample.ts';
import {
  captureIn,
  type NamedStack,
  runMemstacks,
  stacksOf,
  startTrace,
  traceWhile,
  weigh,
} from './tracing.ts';

const nginx = '/usr/sbin/nginx';
const python = '/usr/bin/python3';
const pictures = fileURLToPath(new URL('../.output/', import.meta.url));
const mib = 1 << 20;

/** Reads commands, each one line of Python, and answers each with a line. */
const interpreter = `
import sys, json
kept = []
print("ready", flush=True)
for line in sys.stdin:
    exec(line)
    print("done", flush=True)
`;

describeTracing('programs from Debian', () => {
  test('nginx under load', async () => {
    const at = new Workplace();
    const port = await freePort();
    writeFileSync(at.path('nginx.conf'), nginxConf(at.folder, port));
    const server = startProgram(nginx, ['-p', at.folder, '-c', at.path('nginx.conf')]);
    await serves(port);
    const trace = startTrace(['-a', '-p', `${server.pid}`, '-o', 'x.capture'], at);
    await trace.begun();
    const agent = new Agent({ maxSockets: 4 });
    for (let i = 0; i < 500; i += 4)
      await Promise.all([0, 1, 2, 3].map((n) => fetchPage(port, `/${i + n}`, agent)));
    expect((await trace.stop()).code).toBe(0);
    const stacks = stacksOf(await captureIn(at), 'all');
    expect(shareFromStart(stacks)).toBeGreaterThanOrEqual(0.99);
    await savePicture(at, 'nginx');
    // A request begins with a pool of 4 KiB for it.
    const pools = through(stacks, 'ngx_http_create_request', 'ngx_memalign');
    expect(weigh(pools)).toEqual([500 * 4096, 500]);
    expect(through(stacks, 'ngx_http_core_run_phases', 'ngx_alloc')).not.toEqual([]);
  });

  test('Python: what a list of byte arrays keeps, and who encodes JSON', async () => {
    const script = startProgram(python, ['-c', interpreter]);
    await script.line();
    const args = ['-p', `${script.pid}`, '-o', 'x.capture'];
    const { at, ended } = await traceWhile(args, async () => {
      script.tell('kept += [bytearray(1 << 20) for _ in range(20)]');
      await script.line();
      script.tell('text = [json.dumps(list(range(20000))) for _ in range(3)]');
      await script.line();
    });
    expect(ended.code).toBe(0);
    const capture = await captureIn(at);
    const unfreed = stacksOf(capture, 'unfreed');
    // A byte array has room for a closing zero.
    const arrays = unfreed.filter(({ bytes, calls }) => bytes / calls === mib + 1);
    expect(weigh(arrays)).toEqual([20 * (mib + 1), 20]);
    for (const { names } of arrays) expect(names).toContain('PyEval_EvalCode');
    const all = stacksOf(capture, 'all');
    expect(shareFromStart(all)).toBeGreaterThanOrEqual(0.99);
    const encoder = all.flatMap(({ names }) => names.filter((name) => name.startsWith('[_json.')));
    expect(weigh(through(all, encoder[0]!, 'PyList_Append'))[0]).toBeGreaterThan(mib);
    await savePicture(at, 'python');
  });

  test('--older knows young from old', async () => {
    const script = startProgram(python, ['-c', interpreter]);
    await script.line();
    const args = ['-p', `${script.pid}`, '--older', '2000', '-z', '1M', '-o', 'x.capture'];
    const { at } = await traceWhile(args, async () => {
      script.tell('kept += [bytearray(1 << 20) for _ in range(20)]');
      await script.line();
      await new Promise((resolve) => setTimeout(resolve, 2500));
      script.tell('kept += [bytearray(1 << 21) for _ in range(10)]');
      await script.line();
    });
    const capture = await captureIn(at);
    expect(weigh(stacksOf(capture, 'unfreed'))).toEqual([20 * (mib + 1), 20]);
    expect(capture.end!.filtered.find(({ reason }) => reason === 'younger')).toEqual({
      reason: 'younger',
      bytes: 10 * (2 * mib + 1),
      calls: 10,
    });
  });
}, [nginx, python]);

/** One process that answers everything itself, on the loopback interface. */
function nginxConf(folder: string, port: number): string {
  return `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events { }
http {
  access_log off;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  gzip on; gzip_min_length 1; gzip_types *;
  server { listen 127.0.0.1:${port}; location / { return 200 "a page at $uri\\n"; } }
}
`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

async function serves(port: number): Promise<void> {
  while (!(await fetchPage(port, '/').catch(() => undefined)))
    await new Promise((resolve) => setTimeout(resolve, 20));
}

function fetchPage(port: number, path: string, agent?: Agent): Promise<true> {
  const options = { port, path, agent, host: '127.0.0.1', headers: { 'Accept-Encoding': 'gzip' } };
  return new Promise((resolve, reject) => {
    get(options, (response) => response.resume().on('end', () => resolve(true))).on(
      'error',
      reject,
    );
  });
}

/** Bytes in stacks that reach the start of the program or of a thread; libc's own names are stripped. */
function shareFromStart(stacks: readonly NamedStack[]): number {
  const whole = stacks.filter(
    ({ names: [root, next] }) =>
      root === '_start' || next === '__libc_start_main' || root === '[libc.so.6]',
  );
  return weigh(whole)[0] / weigh(stacks)[0];
}

/** Stacks with these functions, one below the other. */
function through(stacks: readonly NamedStack[], outer: string, inner: string): NamedStack[] {
  return stacks.filter(({ names }) => {
    const at = names.indexOf(outer);
    return at >= 0 && names.indexOf(inner, at) > at;
  });
}

/** For a person to look at. */
async function savePicture(at: Workplace, name: string): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  await runMemstacks(
    [
      'fold',
      'x.capture',
      '--view',
      'all',
      '-o',
      `${pictures}${name}.svg`,
      '-o',
      `${pictures}${name}.folded`,
    ],
    at,
  );
}

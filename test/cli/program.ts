import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, vi } from 'vitest';

// Every run starts processes; a busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function newFolder(): string {
  folders.push(mkdtempSync(join(tmpdir(), 'memstacks-test-')));
  return folders.at(-1)!;
}

/** The built program: what users run. */
export const mainFile = fileURLToPath(new URL('../../dist/cli/start.cjs', import.meta.url));
if (!existsSync(mainFile)) throw new Error(`${mainFile} is not there: npm run build`);

const fakeCollector = fileURLToPath(new URL('../fixtures/fake-collector.mjs', import.meta.url));
export const serverCapture = fileURLToPath(new URL('../fixtures/server.capture', import.meta.url));

export interface Ended {
  /** 128 + signal when it died by one. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when stderr has the text. */
  said(text: string): Promise<void>;
}

/** An empty folder, and the program run in it with a helper that only pretends. */
export class Workplace {
  readonly folder = newFolder();
  readonly #log = join(newFolder(), 'log');

  /** One line per start of the helper with its arguments, and per signal it got. */
  get log(): string[] {
    return existsSync(this.#log) ? readFileSync(this.#log, 'utf8').trimEnd().split('\n') : [];
  }

  get files(): string[] {
    return readdirSync(this.folder).sort();
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  start(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Started {
    const env = {
      ...process.env,
      MEMSTACKS_COLLECTOR: fakeCollector,
      FAKE_LOG: this.#log,
      ...environment,
    };
    return follow(spawn(process.execPath, [mainFile, ...args], { cwd: this.folder, env }));
  }

  run(
    args: readonly string[],
    environment: NodeJS.ProcessEnv = {},
    input: string | Uint8Array = '',
  ): Promise<Ended> {
    const { child, ended } = this.start(args, environment);
    child.stdin!.on('error', () => {}).end(input);
    return ended;
  }
}

function follow(child: ChildProcess): Started {
  const output = { stdout: '', stderr: '' };
  const told = new EventTarget();
  for (const name of ['stdout', 'stderr'] as const)
    child[name]!.setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      told.dispatchEvent(new Event('data'));
    });
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) =>
      resolve({ code: code ?? -1, ...output, ...(signal && { code: 128 }) }),
    );
  });
  const said = (text: string) =>
    new Promise<void>((resolve) => {
      const look = () => output.stderr.includes(text) && resolve();
      told.addEventListener('data', look);
      look();
    });
  return { child, ended, said };
}

import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { mainFile, Workplace } from '../cli/program.ts';
import { childOf } from './children.ts';
import { type Sample, sampleFile, startProgram } from './sample.ts';

/** A root directory with one program and copies of the libraries that it needs, where it looks for them. */
export function makeRoot(program: string, name: string): string {
  const root = new Workplace().path('root');
  const libraries = execFileSync('ldd', [sampleFile(program)], { encoding: 'utf8' });
  for (const [library] of libraries.matchAll(/\/\S+/g)) copyInto(root, library, library);
  copyInto(root, sampleFile(program), `/app/${name}`);
  for (const folder of ['proc', 'tmp']) mkdirSync(join(root, folder));
  return root;
}

function copyInto(root: string, file: string, place: string): void {
  mkdirSync(dirname(join(root, place)), { recursive: true });
  copyFileSync(file, join(root, place));
}

/** What starts a program as the first one, or one of the first, in namespaces of its own. */
export type Runtime = (root: string, command: readonly string[]) => Sample;

const namespaces = ['--pid', '--fork', '--kill-child', '--mount'];

/** chroot, and a /proc of its own. */
export const unshared: Runtime = (root, command) =>
  startProgram('unshare', [...namespaces, '--mount-proc', `--root=${root}`, ...command]);

/** pivot_root, as the runtimes of containers do; /tmp is another file system. */
export const bubblewrapped: Runtime = (root, command) => {
  const mounts = ['--bind', root, '/', '--proc', '/proc', '--tmpfs', '/tmp'];
  return startProgram('bwrap', [...mounts, '--unshare-pid', '--die-with-parent', ...command]);
};

/** Waits until it is ready, and gives it the pid that we see. */
export async function startContained(sample: Sample): Promise<Sample> {
  expect(await sample.line()).toBe('ready');
  return { ...sample, pid: youngest(sample.pid) };
}

/** The last of a line of only children. */
function youngest(pid: number): number {
  const child = childOf(pid);
  return child === 0 ? pid : youngest(child);
}

/** Runs memstacks in the namespaces of a process, from before `work` begins until it is done. */
export async function traceInside<T>(pid: number, args: readonly string[], work: () => Promise<T>) {
  const enter = ['--target', `${pid}`, '--pid', '--mount', process.execPath, mainFile];
  const nsenter = spawn('nsenter', [...enter, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  const closed = once(nsenter, 'close');
  onTestFinished(() => {
    nsenter.kill('SIGKILL');
  });
  let stderr = '';
  for await (const text of nsenter.stderr.setEncoding('utf8')) {
    stderr += text;
    if (stderr.includes('Tracing pid')) break;
  }
  expect(stderr).toContain('Tracing pid');
  const result = await work();
  process.kill(childOf(nsenter.pid!), 'SIGINT');
  await closed;
  return { stderr, result };
}

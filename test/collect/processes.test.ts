import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { isShell, processesNamed, runByShell } from '../../src/collect/processes.ts';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

async function started(file: string, argv0: string): Promise<number> {
  const child = spawn(file, ['60'], { argv0, stdio: 'ignore' });
  children.push(child);
  await new Promise((resolve) => child.once('spawn', resolve));
  return child.pid!;
}

const pidsNamed = async (name: string) => (await processesNamed(name)).map(({ pid }) => pid);

test('by executable, by command line, and longer than what ps shows; lowest pid first', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'memstacks-test-'));
  const file = join(folder, 'sleeper-with-a-long-name');
  copyFileSync('/bin/sleep', file);
  const pids = [
    await started(file, 'first-title'),
    await started(file, '/some/where/second-title'),
  ];
  expect(await pidsNamed('sleeper-with-a-long-name')).toEqual(pids.sort((a, b) => a - b));
  expect(await pidsNamed('sleeper-with-a-')).toEqual(pids);
  expect(await pidsNamed('second-title')).toHaveLength(1);
  rmSync(folder, { recursive: true });
  expect(await pidsNamed('sleeper-with-a-long-name')).toEqual(pids);
});

test('never this process, a kernel thread or a part of a name', async () => {
  expect(await pidsNamed('node')).not.toContain(process.pid);
  expect(await pidsNamed('kthreadd')).toEqual([]);
  expect(await pidsNamed('')).toEqual([]);
  const pid = await started('/bin/sleep', 'unlikely-title');
  expect(await pidsNamed('unlikely-title')).toEqual([pid]);
  expect(await pidsNamed('unlikely')).toEqual([]);
});

test('a shell by the first word of its command line', () => {
  for (const word of ['sh', '/bin/sh', '/usr/bin/bash', '-bash', '-zsh'])
    expect(isShell(word)).toBe(true);
  for (const word of ['', undefined, 'ssh', '/usr/bin/fish-farm', '/opt/bash/server'])
    expect(isShell(word)).toBe(false);
});

test('what a shell runs, and nothing of another program', async () => {
  const shell = spawn('/bin/sh', ['-c', '/bin/sleep 60; true'], {
    stdio: 'ignore',
    detached: true,
  });
  onTestFinished(() => {
    process.kill(-shell.pid!, 'SIGKILL');
  });
  await vi.waitUntil(async () => (await runByShell(shell.pid!))[0]?.names[0] === 'sleep');
  const [child, ...others] = await runByShell(shell.pid!);
  expect(others).toEqual([]);
  expect(await runByShell(child!.pid)).toEqual([]);
  expect(await runByShell(process.pid)).toEqual([]);
  expect(await runByShell(2 ** 22 + 1)).toEqual([]);
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  atLeast,
  machineChecks,
  missingCapabilities,
  missingPackages,
  numaCheck,
} from '../../src/collect/machine.ts';

test.each([
  ['5.15', true],
  ['5.14.99', false],
  ['6.1.0-18-amd64', true],
  ['4.19.0', false],
  ['5.15-rc1', true],
])('kernel %s', (version, expected) => {
  expect(atLeast(version, [5, 15])).toBe(expected);
});

test('capabilities by their bits', () => {
  const status = (bits: bigint) =>
    `Name:\tnode\nCapPrm:\tffff\nCapEff:\t${bits.toString(16).padStart(16, '0')}\n`;
  expect(missingCapabilities(status(0x1ffffffffffn))).toEqual([]);
  const all = ['CAP_SYS_PTRACE', 'CAP_SYS_ADMIN', 'CAP_PERFMON', 'CAP_BPF'];
  expect(missingCapabilities(status(0n))).toEqual(all);
  expect(missingCapabilities(status((1n << 38n) | (1n << 39n)))).toEqual(all.slice(0, 2));
  expect(missingCapabilities('Name:\tnode\n')).toEqual(all);
});

test('only what dpkg calls installed counts', () => {
  const status = [
    'Package: clang\nStatus: install ok installed\nVersion: 1',
    'Package: gcc\nStatus: deinstall ok config-files',
    'Package: make\nArchitecture: amd64\nStatus: hold ok installed',
  ].join('\n\n');
  const missing = missingPackages(status);
  expect(missing).not.toContain('clang');
  expect(missing).not.toContain('make');
  expect(missing).toContain('gcc');
  expect(missing).toContain('libbpf-dev');
});

test.each([
  ['0\n', 'ok'],
  ['1\n', 'note'],
  ['2\n', 'note'],
])('kernel.numa_balancing is %j', async (value, state) => {
  const folder = mkdtempSync(join(tmpdir(), 'memstacks-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const setting = join(folder, 'numa_balancing');
  writeFileSync(setting, value);
  expect((await numaCheck(setting)).state).toBe(state);
});

test('a kernel without NUMA has nothing to balance', async () => {
  expect((await numaCheck('/nowhere/numa_balancing')).state).toBe('ok');
});

test('every check that fails says what to do', async () => {
  const checks = await machineChecks();
  expect(checks.map(({ name }) => name)).toContain('node');
  expect(checks.find(({ name }) => name === 'node')!.state).toBe('ok');
  for (const { state, advice } of checks) if (state === 'not ok') expect(advice).toMatch(/\S/);
});

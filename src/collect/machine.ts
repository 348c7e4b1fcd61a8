import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { machine, release } from 'node:os';
import { collectorPath } from './run.ts';

/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  /** A note is no obstacle. */
  readonly state: 'ok' | 'not ok' | 'note';
  readonly detail: string;
  /** What to do about it. */
  readonly advice?: string;
}

/** What this machine has of what a trace needs, without tracing. A new check is a line here. */
export async function machineChecks(): Promise<Check[]> {
  const checks = [
    nodeCheck,
    kernelCheck,
    machineCheck,
    btfCheck,
    capabilityCheck,
    uprobeCheck,
    tracefsCheck,
    numaCheck,
    helperCheck,
    packageCheck,
  ];
  return Promise.all(checks.map((check) => check()));
}

function verdict(ok: boolean, found: Omit<Check, 'state'> & { advice: string }): Check {
  const { name, detail } = found;
  return ok ? { name, detail, state: 'ok' } : { ...found, state: 'not ok' };
}

function nodeCheck(): Check {
  const ok = atLeast(process.versions.node, [20, 19]);
  return verdict(ok, {
    name: 'node',
    detail: process.version,
    advice: 'install Node 20.19 or later',
  });
}

function kernelCheck(): Check {
  const advice = 'needs Linux 5.15 or later';
  return verdict(atLeast(release(), [5, 15]), { name: 'kernel', detail: release(), advice });
}

function machineCheck(): Check {
  const advice = 'only x86_64 can be traced so far';
  return verdict(machine() === 'x86_64', { name: 'machine', detail: machine(), advice });
}

const btf = '/sys/kernel/btf/vmlinux';

async function btfCheck(): Promise<Check> {
  const advice = 'the kernel must be built with CONFIG_DEBUG_INFO_BTF, and /sys mounted';
  return verdict(await may(constants.R_OK, btf), { name: 'BTF', detail: btf, advice });
}

/** Numbers of linux/capability.h. */
const neededCapabilities = {
  CAP_SYS_PTRACE: 19n,
  CAP_SYS_ADMIN: 21n,
  CAP_PERFMON: 38n,
  CAP_BPF: 39n,
};

/** Those that a process with this /proc/PID/status has not got in effect. */
export function missingCapabilities(status: string): string[] {
  const held = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  const names = Object.entries(neededCapabilities);
  return names.filter(([, bit]) => ((held >> bit) & 1n) === 0n).map(([name]) => name);
}

async function capabilityCheck(): Promise<Check> {
  const missing = missingCapabilities(await readFile('/proc/self/status', 'utf8'));
  const ok = missing.length === 0;
  const detail = ok ? Object.keys(neededCapabilities).join(', ') : `without ${missing.join(', ')}`;
  return verdict(ok, { name: 'capabilities', detail, advice: 'run as root: sudo memstacks ...' });
}

const uprobes = '/sys/bus/event_source/devices/uprobe/type';

async function uprobeCheck(): Promise<Check> {
  const advice = 'the kernel must be built with CONFIG_UPROBE_EVENTS, and /sys mounted';
  return verdict(await may(constants.R_OK, uprobes), { name: 'uprobes', detail: uprobes, advice });
}

async function tracefsCheck(): Promise<Check> {
  const name = 'tracefs';
  if (await may(constants.F_OK, '/sys/kernel/tracing/trace'))
    return { name, state: 'ok', detail: '/sys/kernel/tracing' };
  return { name, state: 'note', detail: 'not mounted or not readable; memstacks does not need it' };
}

/** What a resident page is put down to changes where the kernel unmaps pages to see who uses them. */
export async function numaCheck(setting = '/proc/sys/kernel/numa_balancing'): Promise<Check> {
  const name = 'NUMA balancing';
  const value = await readFile(setting, 'utf8').catch(() => '0');
  if (value.trim() === '0') return { name, state: 'ok', detail: 'off' };
  return {
    name,
    state: 'note',
    detail: 'on: pgfaultstacks may show a resident page under who touched it later',
    advice: 'while tracing page faults: sysctl kernel.numa_balancing=0',
  };
}

async function helperCheck(): Promise<Check> {
  const detail = collectorPath();
  const ok = await may(constants.X_OK, detail);
  return verdict(ok, { name: 'helper', detail, advice: 'build it: npm run build' });
}

/** Debian's packages for building the helper. */
const buildPackages = [
  'clang',
  'bpftool',
  'gcc',
  'make',
  'libbpf-dev',
  'libelf-dev',
  'zlib1g-dev',
  'liblzma-dev',
  'libiberty-dev',
  'libjson-c-dev',
];

/** Those of the packages that dpkg's status file does not show as installed. */
export function missingPackages(dpkgStatus: string): string[] {
  const installed = new Set<string>();
  for (const entry of dpkgStatus.split('\n\n'))
    if (/^Status: \S+ \S+ installed$/m.test(entry))
      installed.add(/^Package: (.+)$/m.exec(entry)?.[1] ?? '');
  return buildPackages.filter((name) => !installed.has(name));
}

async function packageCheck(): Promise<Check> {
  const name = 'packages';
  const status = await readFile('/var/lib/dpkg/status', 'utf8').catch(() => undefined);
  const missing = status === undefined ? buildPackages : missingPackages(status);
  if (missing.length === 0) return { name, state: 'ok', detail: buildPackages.join(' ') };
  const advice = `apt-get install ${missing.join(' ')}`;
  const built = await may(constants.X_OK, collectorPath());
  if (built)
    return {
      name,
      state: 'note',
      detail: `${missing.join(' ')} missing, only needed to build`,
      advice,
    };
  return { name, state: 'not ok', detail: `missing: ${missing.join(' ')}`, advice };
}

async function may(mode: number, path: string): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}

/** Compares `major.minor...` with the least that will do. */
export function atLeast(version: string, least: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version.split(/[.-]/).map(Number);
  return major > least[0] || (major === least[0] && minor >= least[1]);
}

import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';

/** A running process; its names are its own choice: hostile text. */
export interface RunningProcess {
  readonly pid: number;
  readonly names: readonly string[];
}

/**
 * Processes called `name`, lowest pid first: by what `ps` shows, by the base name of the executable
 * or by that of the first word of the command line. Neither this process nor kernel threads and
 * zombies, which cannot be traced.
 */
export async function processesNamed(name: string): Promise<RunningProcess[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number);
  const found: RunningProcess[] = [];
  for (const pid of pids.sort((a, b) => a - b)) {
    if (pid === process.pid) continue;
    const names = await namesOf(pid);
    if (names.includes(name)) found.push({ pid, names });
  }
  return found;
}

const shells = ['sh', 'ash', 'bash', 'dash', 'fish', 'ksh', 'mksh', 'zsh', 'busybox'];

/** Whether the first word of a command line is a shell's; a login shell has a `-` before it. */
export function isShell(word = ''): boolean {
  return shells.includes(basename(word).replace(/^-/, ''));
}

/** What a shell runs at the moment, lowest pid first; nothing for any other program. */
export async function runByShell(pid: number): Promise<RunningProcess[]> {
  const command = await readable(readFile(`/proc/${pid}/cmdline`, 'utf8'));
  if (!isShell(command.split('\0')[0])) return [];
  const children = await readable(readFile(`/proc/${pid}/task/${pid}/children`, 'utf8'));
  const pids = children.split(' ').filter(Boolean).map(Number);
  return Promise.all(pids.map(async (child) => ({ pid: child, names: await namesOf(child) })));
}

async function namesOf(pid: number): Promise<string[]> {
  const thread = await livingThread(pid);
  // Kernel threads and zombies have an empty command line.
  const command = await readable(readFile(`/proc/${thread}/cmdline`, 'utf8'));
  if (command === '') return [];
  const comm = await readable(readFile(`/proc/${pid}/comm`, 'utf8'));
  const executable = await readable(readlink(`/proc/${thread}/exe`));
  const names = [
    comm.replace(/\n$/, ''),
    basename(executable.replace(/ \(deleted\)$/, '')),
    basename(command.split('\0')[0]!),
  ];
  return names.filter((name) => name !== '');
}

/** `pid`, or another thread where the main one has ended: there /proc says nothing of the process. */
async function livingThread(pid: number): Promise<number> {
  const state = await readable(readFile(`/proc/${pid}/status`, 'utf8'));
  if (!/^State:\s*Z/m.test(state)) return pid;
  const threads = await readable(readdir(`/proc/${pid}/task`), []);
  return Number(threads.find((thread) => thread !== `${pid}`) ?? pid);
}

/** Empty, or `otherwise`, for what may not be read or belongs to a process that has ended meanwhile. */
async function readable(reading: Promise<string>): Promise<string>;
async function readable<T>(reading: Promise<T>, otherwise: T): Promise<T>;
async function readable(reading: Promise<unknown>, otherwise: unknown = '') {
  try {
    return await reading;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM')
      return otherwise;
    throw error;
  }
}

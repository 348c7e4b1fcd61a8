import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Where cgroups of version 2 are mounted; undefined where they are not. */
const hierarchy = /^\S+ (\S+) cgroup2 rw/m.exec(readFileSync('/proc/mounts', 'utf8'))?.[1];

/** What keeps this machine from freezing a process. */
export function lackingForFreezing(): string | undefined {
  return hierarchy === undefined
    ? 'no cgroup2 hierarchy is mounted writable: mount -t cgroup2 none /sys/fs/cgroup'
    : undefined;
}

/** Freezes the process as a container's runtime does; the end of the test thaws it. */
export async function freeze(pid: number): Promise<{ thaw: () => Promise<void> }> {
  const group = join(hierarchy!, `memstacks-test-${pid}`);
  const set = async (frozen: 0 | 1) => {
    writeFileSync(join(group, 'cgroup.freeze'), `${frozen}`);
    while (!readFileSync(join(group, 'cgroup.events'), 'utf8').includes(`frozen ${frozen}`))
      await new Promise((resolve) => setTimeout(resolve, 5));
  };
  mkdirSync(group);
  onTestFinished(async () => {
    await set(0);
    if (existsSync(`/proc/${pid}`)) writeFileSync(join(hierarchy!, 'cgroup.procs'), `${pid}`);
    rmdirSync(group);
  });
  writeFileSync(join(group, 'cgroup.procs'), `${pid}`);
  await set(1);
  return { thaw: () => set(0) };
}

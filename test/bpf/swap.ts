import { execFileSync } from 'node:child_process';
import { existsSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { onTestFinished } from 'vitest';
import { Workplace } from '../cli/program.ts';

const areaBytes = 16 * 1024 * 1024;
/** tmpfs and overlayfs: include/uapi/linux/magic.h */
const notForSwap = [0x01021994, 0x794c7630];

/** What keeps this machine from having some more swap for a while. */
export function lackingForSwap(): string | undefined {
  if (!existsSync('/proc/swaps')) return 'this kernel has no swap (CONFIG_SWAP)';
  if (notForSwap.includes(statfsSync(tmpdir()).type))
    return `no swap can lie in ${tmpdir()}: set TMPDIR to a folder on a disk`;
  return undefined;
}

/** The machine has swap until the end of the test. */
export function addSwap(): void {
  const at = new Workplace();
  const path = at.path('swap');
  writeFileSync(path, Buffer.alloc(areaBytes), { mode: 0o600 });
  execFileSync('mkswap', [path], { stdio: ['ignore', 'ignore', 'inherit'] });
  execFileSync('swapon', [path]);
  onTestFinished(() => {
    execFileSync('swapoff', [path]);
  });
}

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { MeasuringFailed } from '../children.mjs';

const SETUP = fileURLToPath(new URL('../../scripts/setup', import.meta.url));

/** Those of `packages` that dpkg has not installed. */
export function missingOf(packages) {
  return packages.filter((name) => fieldOf(name, 'db:Status-Status') !== 'installed');
}

/** The program's own version, without what Debian adds: 10.11 of 1:10.11-0+deb12u1. */
export function versionOf(name) {
  return /^(?:\d+:)?([^-+~]*)/.exec(fieldOf(name, 'Version'))[1];
}

function fieldOf(name, field) {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', `\${${field}}`, name]);
  return `${stdout ?? ''}`;
}

/** Installs packages as the set-up does: no service is started. */
export function install(packages) {
  const { status } = spawnSync(SETUP, ['programs', ...packages], { stdio: 'inherit' });
  if (status !== 0) throw new MeasuringFailed('scripts/setup programs failed, see above');
}

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const inCheckout = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

export const COLLECTOR = inCheckout('bpf/.output/memstacks-collector');
export const PAIRS = inCheckout('samples/programs/.output/pairs');
export const DEPTH = inCheckout('samples/programs/.output/depth');
export const FILL = inCheckout('samples/programs/.output/fill');
export const FILL_ASAN = inCheckout('samples/programs/.output/fill-asan');
export const LIVE = inCheckout('samples/programs/.output/live');
export const KERNEL_WALK = inCheckout('bench/.output/kernel-walk');
export const TABLES = inCheckout('bench/.output/tables');
export const NAMES = inCheckout('bench/.output/names');
export const MEMSTACKS = inCheckout('dist/cli/start.cjs');

/** Debian has it in libdevel-nytprof-perl; undefined where it is not. */
export const FLAMEGRAPH_PL =
  onPath('flamegraph.pl') ??
  ['/usr/share/perl5/Devel/NYTProf/flamegraph.pl'].find((path) => isReadable(path));

/** Where PATH has `command`; undefined if nowhere. */
export function onPath(command) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, command)).find(isExecutable);
}

export function isExecutable(path) {
  return allows(path, constants.X_OK);
}

export function isReadable(path) {
  return allows(path, constants.R_OK);
}

function allows(path, access) {
  try {
    accessSync(path, access);
    return true;
  } catch {
    return false;
  }
}

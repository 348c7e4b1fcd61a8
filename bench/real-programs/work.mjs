import { fileURLToPath } from 'node:url';

/** Path of a file in work/: what the programs are given to do. */
export function work(name) {
  return fileURLToPath(new URL(`work/${name}`, import.meta.url));
}

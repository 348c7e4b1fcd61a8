import { closeSync, openSync, readFileSync, readSync, writeFileSync } from 'node:fs';
import { Workplace } from '../cli/program.ts';

let file: string | undefined;

/** A file `[vdso]` with what the kernel maps as that into every process, this one too. */
export function vdsoFile(): string {
  file ??= copyVdso(new Workplace().path('[vdso]'));
  return file;
}

function copyVdso(to: string): string {
  const maps = readFileSync('/proc/self/maps', 'utf8');
  const [, start, end] = /^([0-9a-f]+)-([0-9a-f]+) .*\[vdso\]$/m.exec(maps)!;
  const from = Number.parseInt(start!, 16);
  const image = Buffer.alloc(Number.parseInt(end!, 16) - from);
  const memory = openSync('/proc/self/mem', 'r');
  readSync(memory, image, 0, image.length, from);
  closeSync(memory);
  writeFileSync(to, image);
  return to;
}

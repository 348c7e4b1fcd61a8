import type { Frame } from '../frame.ts';

/** Where a frame's code comes from: `src/a.c:12`; empty where that is not known. */
export function sourceOf({ file, line }: Frame): string {
  if (file === undefined) return '';
  return line === undefined ? file : `${file}:${line}`;
}

/** What a frame is besides a function that the program's own code called. */
export function kindsOf({ kernel, inlined, jit }: Frame): string[] {
  if (!kernel && !inlined && !jit) return [];
  return [...(kernel ? ['kernel'] : []), ...(inlined ? ['inlined'] : []), ...(jit ? ['JIT'] : [])];
}

import type { PageData } from './data.ts';

export interface Found {
  /** Per frame: 1 where it matches. */
  readonly frames: Uint8Array;
  /** Per function: 1 where one of its frames matches. */
  readonly functions: Uint8Array;
}

/** Frames that match by function, by module, by `file:line`, or by `(inlined)` and the like. */
export function find(data: PageData, matcher: RegExp): Found {
  const byName = data.functions.name.map(
    (name, index) =>
      matcher.test(name) || matcher.test(data.modules[data.functions.module[index]!] ?? ''),
  );
  const frames = new Uint8Array(data.frames.function.length);
  const functions = new Uint8Array(data.functions.name.length);
  for (const [frame, itsFunction] of data.frames.function.entries()) {
    if (!byName[itsFunction] && !matchesDetails(data, frame, matcher)) continue;
    frames[frame] = 1;
    functions[itsFunction] = 1;
  }
  return { frames, functions };
}

/** `src/a.c:12`; empty where that is not known. */
export function sourceOf({ files, frames }: PageData, frame: number): string {
  const file = files[frames.file[frame]!];
  if (file === undefined) return '';
  const line = frames.line[frame]!;
  return line === 0 ? file : `${file}:${line}`;
}

function matchesDetails(data: PageData, frame: number, matcher: RegExp): boolean {
  const source = sourceOf(data, frame);
  const kinds = data.frames.kinds[frame]!;
  return (source !== '' && matcher.test(source)) || (kinds !== '' && matcher.test(`(${kinds})`));
}

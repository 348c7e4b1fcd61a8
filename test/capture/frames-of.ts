import { framesOf } from '../../src/capture/paths.ts';
import type { Capture } from '../../src/capture.ts';

/** A stack with its frames, root first, instead of its path. */
export function withFrames<Stack extends { readonly path: number }>(
  { paths }: Capture,
  { path, ...others }: Stack,
) {
  return { ...others, frames: framesOf(paths, path) };
}
